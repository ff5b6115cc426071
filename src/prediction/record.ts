/** What comes out of a run for each row: of one model, of an ensemble, or why there is nothing. */
import type { CohortRow } from "../data/annotations.js";
import type { EnsembleReading } from "./ensemble.js";
import type { Reading } from "./months.js";

/** A row of the cohort: its `boneAgeMonths` is the truth, where known; its `sex` the one that was used. */
interface PredictedRow extends CohortRow {
  /** Position among the selected rows, from 0. */
  index: number;
  /** True where the row gave no sex, so that `sex` is the sex model's word. */
  sexPredicted: boolean;
}

/** A row and what one network says of it; all numbers but the truth are float32. */
export interface PredictionRecord extends PredictedRow, Reading {}

/** A row and what an ensemble says of it; all numbers but the truth are float32. */
export interface EnsembleRecord extends PredictedRow, EnsembleReading {}

export interface FailureRecord {
  index: number;
  row: number;
  /** The file that is at fault. */
  file: string;
  /** Code of the error, `ERR_DEEPLASIA_…`. */
  code: string;
  message: string;
  /** What to do about it; not kept in files. */
  remedy?: string;
  /** Left out for want of a mask, as the reference does, rather than failed. */
  dropped: boolean;
}

export type OutputRecord = PredictionRecord | FailureRecord;
export type EnsembleOutputRecord = EnsembleRecord | FailureRecord;
/** A record of either kind of run. */
export type AnyRecord = OutputRecord | EnsembleOutputRecord;

export function isFailure(record: AnyRecord): record is FailureRecord {
  return typeof record === "object" && record !== null && "code" in record;
}
