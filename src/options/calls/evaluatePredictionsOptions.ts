// scripts/option-types.mjs writes this file from the schemas: change those, then `npm run docs`.
import type { PathArgument } from "../library.js";

/** The options of `evaluatePredictions`. */
export interface EvaluatePredictionsOptions {
  /** The folder of the report; without it nothing is written. */
  out?: PathArgument | undefined;
  /** Prediction CSVs of other models or readers, which the report compares these with. Default: `[]`. */
  compareWith?: readonly string[] | undefined;
  /** True bone ages: image_ID, dir, patient_ID, sex, bone_age; further columns may be chronological_age and rater_*. Without it the truth is a column of the predictions. */
  annotationCsv?: string | undefined;
  /** Splits: patient_ID, dir, one column a scheme; goes with the name of a column. */
  splitCsv?: string | undefined;
  /** The scheme, a column of the split CSV. */
  splitColumn?: string | undefined;
  /** The part of the split that is evaluated. Default: `"test"`. */
  splitName?: string | undefined;
  /** The column of predicted months (default: ensemble_bone_age, pred_bone_age, or the most corrected one of a run's CSV). */
  predictionColumn?: string | undefined;
  /** Columns of the CSVs to group by, besides sex and age: dir, or any other. Default: `[]`. */
  by?: readonly string[] | undefined;
  /** Width of an age band in months. Default: `24`. */
  bandMonths?: number | undefined;
  /** A part of the split, such as val, from whose errors prediction intervals of 80, 90 and 95 % follow (split-conformal): their coverage and width in the report, and intervals.csv. */
  calibrate?: string | undefined;
  /** SDs of bone age for SDS: CSV with sex, age, sd (months); for cohorts with chronological_age. */
  referenceSd?: string | undefined;
  /** Resamples of each bootstrap interval; patients are drawn where patient_ID is known. Default: `2000`. */
  resamples?: number | undefined;
  /** Same seed and files, same report. Default: `42`. */
  seed?: number | undefined;
  /** Title of the report. */
  title?: string | undefined;
  /** Replace a report that is in the folder. Default: `false`. */
  overwrite?: boolean | undefined;
  /** Ends the call, which then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}
