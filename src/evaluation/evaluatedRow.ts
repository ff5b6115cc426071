import type { Sex } from "../words.js";

/** A picture with its truth and its prediction. */
export interface EvaluatedRow {
  imageId: string;
  dir: string;
  /** Empty if it is not known: the picture is then a patient of its own. */
  patientId: string;
  sex: Sex | null;
  truthMonths: number;
  ageMonths: number;
  maleHat: number | null;
  chronologicalMonths: number | null;
  /** The standard deviation between the members of an ensemble, months. */
  sdMonths: number | null;
  quality: string;
  /** Readings by the names of `rater_*` columns; null where a rater has none. */
  raters: readonly (number | null)[];
  /** Other columns of predicted ages, in the order of `CohortToEvaluate.variants`. */
  variants: readonly (number | null)[];
  /** Values of the columns by which the cohort is grouped, in the order of `CohortToEvaluate.by`. */
  by: readonly string[];
}

/** A row that has no part in the evaluation, and why. */
export interface LeftOutRow {
  name: string;
  why: string;
}

/** Where the rows went. */
export interface Flow {
  /** Rows of the annotation CSV, or of the predictions without one. */
  rows: number;
  /** Counts by reason, before any prediction is looked at. */
  excluded: Record<string, number>;
  /** Counts by reason: rows that should have a prediction and have none. */
  failed: Record<string, number>;
  evaluated: number;
  /** Predictions about pictures that are not in the cohort. */
  surplus: number;
}

/** The rows of a part of the split that have a true bone age, predicted or not. */
export interface CohortPart {
  name: string;
  children: readonly Pick<EvaluatedRow, "truthMonths" | "sex" | "patientId">[];
}

export interface CohortToEvaluate {
  rows: EvaluatedRow[];
  /** The parts of the split, in the order of the rows; empty without a split. */
  parts: CohortPart[];
  flow: Flow;
  /** The failed rows, in order. */
  failures: LeftOutRow[];
  /** The column that is evaluated. */
  column: string;
  variants: string[];
  by: string[];
  raters: string[];
  hasPatients: boolean;
  /** Lines about doubts: predictions without a picture, ages that look like years. */
  notes: string[];
}
