// scripts/option-types.mjs writes this file from the schemas: change those, then `npm run docs`.
import type { PathArgument } from "../options/library.js";
import type { PredictCohortOptions } from "./predictCohortOptions.js";

/** The options of `writePredictions`. */
export interface WritePredictionsOptions extends PredictCohortOptions {
  /** File for the predictions, - for stdout. */
  outputPath: PathArgument;
  /** Format of the output. Default: `"csv"`. */
  format?: "csv" | "jsonl" | undefined;
  /** Folder for the predictions of each member of an ensemble, as <member>.csv. */
  memberCsvs?: string | undefined;
  /** Resume an interrupted run of the same command; after a finished run, repeat only the rows that failed. Default: `false`. */
  resume?: boolean | undefined;
  /** Discard the partial output of an interrupted run. Default: `false`. */
  overwrite?: boolean | undefined;
  /** What was run, without its shard, for messages about missing shares. */
  command?: string | undefined;
}
