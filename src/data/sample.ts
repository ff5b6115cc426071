/** A selected row of a cohort together with its files: what the pipeline works on. */
import { DeeplasiaError, isSystemError } from "../errors.js";
import { pathKind } from "../files.js";
import type { BadRow, CohortRow } from "./annotations.js";
import { mapInOrder } from "./lookAhead.js";
import type { Masks } from "./masks.js";

export interface ReadySample extends CohortRow {
  /** Position among the selected rows, from 0. */
  index: number;
  imagePath: string;
  /** Null if no masks are used. */
  maskPath: string | null;
}

export interface FailedSample {
  index: number;
  row: number;
  imageId: string;
  dir: string;
  error: DeeplasiaError;
  /** The row is left out as the reference leaves it out (no mask in any folder), rather than at fault. */
  dropped: boolean;
}

export type Sample = ReadySample | FailedSample;

/** A row with its position among the selected ones and the path of its picture. */
export interface SelectedRow {
  index: number;
  row: CohortRow | BadRow;
  imagePath: string;
}

/** Files are looked for this many rows ahead: hides the delay of a network file system. */
const LOOK_AHEAD = 32;

/** Look for each row's picture and mask; the order is kept, and a row without them becomes a failed sample. */
export function locateFiles(rows: AsyncIterable<SelectedRow>, masks: Masks): AsyncIterable<Sample> {
  return mapInOrder(rows, LOOK_AHEAD, (selected) => locate(selected, masks));
}

async function locate({ index, row, imagePath }: SelectedRow, masks: Masks): Promise<Sample> {
  const { imageId, dir } = row;
  const failed = (error: DeeplasiaError, dropped = false): FailedSample => {
    return { index, row: row.row, imageId, dir, error: error.at({ file: imagePath, row: row.row }), dropped };
  };
  if ("error" in row) return failed(row.error);
  try {
    const missing = await whyUnusable(imagePath);
    if (missing !== null) return failed(missing);
    const maskPath = await masks.find(dir, imageId);
    if (masks.used && maskPath === null) return failed(noMask(), true);
    return { index, ...row, imagePath, maskPath };
  } catch (error) {
    return failed(unreachable(error));
  }
}

async function whyUnusable(imagePath: string): Promise<DeeplasiaError | null> {
  const kind = await pathKind(imagePath);
  if (kind === "file") return null;
  const what = kind === null ? "there is no such picture" : "this is not a picture but a folder or a device";
  const remedy = "Check the path (of a cohort: --img_dir and the columns dir and image_ID).";
  return new DeeplasiaError("ERR_DEEPLASIA_IMAGE_MISSING", what, { remedy });
}

function noMask(): DeeplasiaError {
  const remedy = "Add the mask, or predict without masks.";
  return new DeeplasiaError("ERR_DEEPLASIA_MASK_MISSING", "no mask folder has a mask for this picture", {
    remedy,
  });
}

function unreachable(cause: unknown): DeeplasiaError {
  const what = isSystemError(cause, "EACCES") ? "permission denied" : String(cause);
  return new DeeplasiaError("ERR_DEEPLASIA_IMAGE_UNREADABLE", `cannot look for picture and mask: ${what}`, {
    remedy: "Make the folder readable.",
    cause,
  });
}
