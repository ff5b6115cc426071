/** A sheet of augmented pictures as training would see them, one epoch beside the other. */

import { FAMILY } from "../contract/published.js";
import { openGivenCohort } from "../data/openGivenCohort.js";
import type { Sample } from "../data/sample.js";
import { DeeplasiaError, toDeeplasiaError } from "../errors.js";
import { refuseInput } from "../files/refuseInput.js";
import { writeFileAtomic } from "../files/writeFileAtomic.js";
import { previewAugmentationOptions, previewSettings } from "../options/augmentPreview.js";
import type { PreviewAugmentationOptions } from "../options/calls/previewAugmentationOptions.js";
import { requireOptions } from "../schema/checkValue.js";
import { columnCaptions, type PreviewOptions, previewRow, requirePreviewable } from "./preview.js";
import { drawSheet, type SheetRow } from "./sheet.js";

/** The result of `previewAugmentation`. */
export interface AugmentationPreview {
  /** The sheet, a grey PNG; null, and nothing is written, if no picture can be shown. */
  png: Buffer | null;
  /** Pictures on it. */
  pictures: number;
  /** Why other pictures cannot be shown. */
  failures: DeeplasiaError[];
  /** What was found about pictures and rows that is no failure. */
  notes: string[];
}

/** How training reads pictures besides its settings. */
const CONTRACT = { ...FAMILY, normalise: "zscore" } as const;

/**
 * Draw the first `n` pictures as training would see them: a row for each picture, its first tile without augmentation,
 * then one tile for each of `columns` epochs. Give the pictures as `files`, or as the rows of `annotationCsv` below
 * `imgDir`; with `out` the sheet is written.
 *
 * @throws DeeplasiaError ERR_DEEPLASIA_OPTION, _USAGE, _CSV, _OUTPUT; the signal's reason when it is aborted.
 */
export async function previewAugmentation(given: PreviewAugmentationOptions): Promise<AugmentationPreview> {
  const { settings, ...options } = requireOptions(previewAugmentationOptions, given);
  const {
    input_size: inputSize,
    mask_crop_size: maskCropSize,
    ...augmentation
  } = requireOptions(previewSettings, settings);
  const { seed, epoch, columns, n, out, files = [], annotationCsv, maskDirs, signal } = options;
  const contract = { ...CONTRACT, inputSize, maskCropSize };
  const how: PreviewOptions = { contract, augmentation, seed, epoch, columns };
  requirePreviewable(n, how);
  signal?.throwIfAborted();
  if (out !== undefined) await refuseInput(out, [...files, annotationCsv]);
  const cohort = await openGivenCohort(options, { maskDirs, sexNeed: "ignored", limit: n });
  const rows: SheetRow[] = [];
  const failures: DeeplasiaError[] = [];
  for await (const sample of cohort.samples()) {
    signal?.throwIfAborted();
    const row = await rowOf(sample, how);
    if (row instanceof DeeplasiaError) failures.push(row);
    else rows.push(row);
  }
  const [, height, width] = inputSize;
  const png = rows.length === 0 ? null : await drawSheet(rows, columnCaptions(how), { width, height });
  if (out !== undefined && png !== null) await writeFileAtomic(out, png);
  const ofRows = rows.flatMap((row) => row.notes.map((note) => `${row.caption}: ${note}`));
  return { png, pictures: rows.length, failures, notes: [...ofRows, ...cohort.notes()] };
}

async function rowOf(sample: Sample, how: PreviewOptions): Promise<SheetRow | DeeplasiaError> {
  try {
    if ("error" in sample) throw sample.error;
    return await previewRow(sample, how);
  } catch (error) {
    return toDeeplasiaError(error).at({ row: sample.row });
  }
}
