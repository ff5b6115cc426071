// scripts/option-types.mjs writes this file from the schemas: change those, then `npm run docs`.
import type { MachineFinding } from "../benchmarkMachine.js";

/** The options of `benchmarkMachine`. */
export interface BenchmarkMachineOptions {
  /** Auto, cpu, cuda or cuda:n; a device requested by name is used or refused. Default: `"auto"`. */
  device?: string | undefined;
  /** Check every backbone in every precision, which takes many minutes on a CPU. Default: `false`. */
  full?: boolean | undefined;
  /** Called with each MachineFinding. */
  onFinding?: ((event: MachineFinding) => void) | undefined;
  /** Ends the call, which then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}
