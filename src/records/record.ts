/** The result of each row of a run: the prediction of one model or of an ensemble, or the reason why there is none. */
import type { AgeInterval } from "../boneAge/ageIntervals.js";
import type { EnsembleReading } from "../boneAge/ensembleReading.js";
import type { Reading } from "../boneAge/reading.js";
import type { ViewReading } from "../boneAge/viewsReading.js";
import type { CohortRow } from "../data/annotations.js";
import type { Orientation } from "../image/reoriented.js";
import type { MadeMask } from "../inference/madeMask.js";
import type { QualityFlag } from "../quality/thresholds.js";
import type { FactsOfChild } from "./factsOfChild.js";

/** A row of the cohort: its `boneAgeMonths` is the truth, where known. */
interface PredictedRow extends CohortRow, FactsOfChild {
  /** Position among the selected rows, from 0. */
  index: number;
  /** The mask that a model made; null where it was given, or none was used. */
  mask: MadeMask | null;
  /** How the picture was turned and inverted before it was predicted; null where that was not asked for. */
  oriented: readonly Orientation[] | null;
  /**
   * Distance of the picture's features from those of the training pictures: above 1, it is farther than 99 % of the validation
   * pictures. Null where no network has their statistics, or nothing was checked.
   */
  distance: number | null;
  /** What the quality checks found to be doubtful; null where they were not made. */
  quality: readonly QualityFlag[] | null;
  /** Intervals that hold the true bone age with a probability, from a model with calibrated ones; else left out. */
  intervals?: readonly AgeInterval[];
  /** What is predicted of each view, with test-time augmentation: the bone age is their mean; else left out. */
  views?: readonly ViewReading[];
}

/** A row with the prediction of one model. All numbers but the truth are float32. */
export interface PredictionRecord extends PredictedRow, Reading {}

/** A row with the prediction of an ensemble. All numbers but the truth are float32. */
export interface EnsembleRecord extends PredictedRow, EnsembleReading {}

/** A row without a prediction. */
export interface FailureRecord {
  /** Position among the selected rows, from 0. */
  index: number;
  /** Number of the data row in the annotations, from 1. */
  row: number;
  /** The file that is at fault. */
  file: string;
  /** Code of the error, `ERR_DEEPLASIA_…`. */
  code: string;
  /** Why there is no prediction. */
  message: string;
  /** What to do about it; not kept in files. */
  remedy?: string;
  /** Whether the row was left out because it has no mask, as the reference does, and did not fail. */
  dropped: boolean;
}

/** A record of a run with one model. */
export type OutputRecord = PredictionRecord | FailureRecord;
/** A record of a run with an ensemble. */
export type EnsembleOutputRecord = EnsembleRecord | FailureRecord;
/** A record of either kind of run. */
export type AnyRecord = OutputRecord | EnsembleOutputRecord;

/** Returns whether a record is that of a row without a prediction. */
export function isFailure(record: AnyRecord): record is FailureRecord {
  return typeof record === "object" && record !== null && "code" in record;
}

/** The records of a block of rows, and what each member of an ensemble has for them. */
export interface RecordBlock {
  records: AnyRecord[];
  ofMembers: OutputRecord[][];
}

/** With `strict`, a row without a mask counts as failed, not as left out. */
export function applyStrict<T extends AnyRecord>(record: T, { strict }: { strict: boolean }): T {
  return strict && isFailure(record) ? { ...record, dropped: false } : record;
}
