/** A selected row of a cohort together with its files: what the pipeline works on. */
import type { DeeplasiaError } from "../errors.js";
import type { BadRow, CohortRow } from "./annotations.js";

export interface ReadySample extends CohortRow {
  /** Position among the selected rows, from 0. */
  index: number;
  imagePath: string;
  /** Null if no masks are used. */
  maskPath: string | null;
  /** How files were found that are not there under the row's own name. */
  foundAs?: FoundAs;
}

/** Wanted path, difference and path found, for people. */
export type FoundAs = { picture?: string; mask?: string };

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

export const isFailedSample = (sample: Sample): sample is FailedSample => "error" in sample;

/** A row with its position among the selected ones and the path of its picture. */
export interface SelectedRow {
  index: number;
  row: CohortRow | BadRow;
  imagePath: string;
}
