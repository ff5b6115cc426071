/** A file of predictions and what lies beside it. */
export interface OutputPaths {
  output: string;
  partial: string;
  failures: string;
  failuresPartial: string;
  run: string;
  lock: string;
  provenance: string;
}

export function outputPaths(output: string): OutputPaths {
  const failures = `${output}.failures.csv`;
  return {
    output,
    partial: `${output}.partial`,
    failures,
    failuresPartial: `${failures}.partial`,
    run: `${output}.run.json`,
    lock: `${output}.lock`,
    provenance: `${output}.provenance.json`,
  };
}
