/** A selected row of a cohort with the paths of its picture and mask. */
import type { DeeplasiaError } from "../errors.js";
import type { BadRow, CohortRow } from "./annotations.js";

/** A row whose files were found. */
export interface ReadySample extends CohortRow {
  /** Position among the selected rows, from 0. */
  index: number;
  imagePath: string;
  /** Null if no mask is used. */
  maskPath: string | null;
  /** Files that were found under another form of the row's name. */
  foundAs?: FoundAs;
}

/** Texts with the wanted path, the difference and the path found. */
export type FoundAs = { picture?: string; mask?: string };

/** A row that cannot be used or whose files were not found. */
export interface FailedSample {
  index: number;
  row: number;
  imageId: string;
  dir: string;
  error: DeeplasiaError;
  /** Whether the row is left out as in the reference (no mask in any folder) rather than faulty. */
  dropped: boolean;
}

export type Sample = ReadySample | FailedSample;

export const isFailedSample = (sample: Sample): sample is FailedSample => "error" in sample;

/** A row with its position among the selected ones and the path of its picture. */
export interface SelectedRow {
  index: number;
  row: CohortRow | BadRow;
  imagePath: string;
}
