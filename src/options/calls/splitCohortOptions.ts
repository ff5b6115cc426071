// scripts/option-types.mjs writes this file from the schemas: change those, then `npm run docs`.
import type { PathArgument } from "../library.js";

/** The options of `splitCohort`. */
export interface SplitCohortOptions {
  /** Ends the call, which then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** The new CSV; without it nothing is written. */
  out?: PathArgument | undefined;
  /** Replace the new file where it exists. Default: `false`. */
  overwrite?: boolean | undefined;
  /** Name of the column; with folds <name>_0 and so on. Default: `"split"`. */
  scheme?: string | undefined;
  /** Same seed and patients, same split. Default: `42`. */
  seed?: number | undefined;
  /** Share of the pictures in val (without folds). Default: `0.1`. */
  val?: number | undefined;
  /** Share of the pictures in test (default: 0.1; 0 with folds or given test patients). */
  test?: number | undefined;
  /** CSV with patient_ID: these patients are test, and no others. */
  testPatients?: string | undefined;
  /** A column a fold, whose pictures are val there and train in the other columns; 0: one column. Default: `0`. */
  folds?: number | undefined;
  /** Width of the age bands that are alike in every part, months. Default: `24`. */
  bandMonths?: number | undefined;
}
