/** The files of an evaluation. */
export interface EvaluatedFiles {
  /** The predictions. */
  predictions: string;
  annotationCsv?: string | undefined;
  splitCsv?: string | undefined;
  splitColumn?: string | undefined;
  /** The part that is evaluated. */
  splitName: string;
  /** The part that calibrates prediction intervals. */
  calibrate?: string | undefined;
  /** Predictions of that part, where another file has them. */
  calibrationCsv?: string | undefined;
  referenceSd?: string | undefined;
  /** Predictions of others, with which these are compared. */
  compareWith?: readonly string[] | undefined;
  /** Lines about doubts that are known before. */
  notes?: readonly string[] | undefined;
  /** Columns of an ensemble's members in the predictions. */
  members?: readonly string[] | undefined;
  /** The part, and its predictions, that choose the best mean of the members; left out: the evaluated one. */
  chooseOn?: { part: string; file: string } | undefined;
}
