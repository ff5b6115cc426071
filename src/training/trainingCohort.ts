import { createHash } from "node:crypto";
import type { RowPictures } from "../data/rowPictures.js";
import type { FailedSample, ReadySample } from "../data/sample.js";
import type { Pack } from "../packFile/pack.js";
import { plural } from "../plural.js";
import type { AgeScale } from "../statistics/ageScale.js";
import type { SelectedRows } from "./selectRows.js";
import { PARTS, type Part, type TrainingRow } from "./trainingRow.js";
import { unusableRows } from "./unusableRows.js";

export interface CohortPart<Row extends TrainingRow = TrainingRow> {
  rows: Row[];
  /** Rows that cannot be used, those without a mask among them. */
  failed: FailedSample[];
}

/** The rows that a run trains on, validates on and is tested on. */
export interface TrainingCohort<Row extends TrainingRow = TrainingRow> {
  parts: Record<Part, CohortPart<Row>>;
  /** The scale of the bone ages; null where no ages are learnt. */
  scale: AgeScale | null;
  /** The pack that the pictures are in; null for files. */
  pack: Pack | null;
  /** Number of rows that the split does not name. */
  withoutSplit: number;
  /** Lines about duplicates and about what was read or found in another way than it is written. */
  notes: string[];
  /** SHA-256 (hex) of the rows of training and validation. */
  sha256: string;
}

/** Makes a row of a sample, or returns why it cannot be used. */
export type MakeRow<Row extends TrainingRow> = (sample: ReadySample) => Row | FailedSample;

/** Finds the picture and the mask of each selected row. */
export async function locateRows<Row extends TrainingRow>(
  { selected, withoutSplit, named, notes }: SelectedRows,
  { pictures, scale }: { pictures: RowPictures; scale: AgeScale | null },
  rowOf: MakeRow<Row>,
): Promise<TrainingCohort<Row>> {
  const parts = {} as TrainingCohort<Row>["parts"];
  const locator = pictures.locator((dir, imageId) => named.has(dir, imageId));
  for (const part of PARTS) {
    parts[part] = { rows: [], failed: [] };
    for await (const sample of locator.locateAll(iterate(selected[part]))) {
      const found = "error" in sample ? sample : rowOf(sample);
      if ("error" in found) parts[part].failed.push(found);
      else parts[part].rows.push(found);
    }
  }
  return {
    parts,
    scale,
    pack: pictures.pack,
    withoutSplit,
    notes: [...notes, ...locator.notes()],
    sha256: digest(parts, scale),
  };
}

async function* iterate<T>(items: T[]): AsyncGenerator<T> {
  yield* items;
}

/** Throws ERR_DEEPLASIA_OPTION, with the reasons, if none of a part's rows can be used. */
export function requireUsable(part: Part, { rows, failed }: CohortPart): void {
  if (rows.length > 0 || failed.length === 0) return;
  throw unusableRows(`none of ${plural(failed.length, "row")} of the part "${part}" can be used`, failed);
}

function digest(parts: TrainingCohort["parts"], scale: AgeScale | null): string {
  const hash = createHash("sha256").update(JSON.stringify(scale));
  for (const part of ["train", "val"] as const)
    for (const { row, imageId, dir, sex, boneAgeMonths, maskPath } of parts[part].rows)
      hash.update(JSON.stringify([part, row, imageId, dir, sex, boneAgeMonths, maskPath !== null]));
  return hash.digest("hex");
}
