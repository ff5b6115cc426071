/** Options of `doctor --benchmark` and of `benchmarkMachine`. */
import { z } from "zod";
import { abortSignal, listener } from "../schema/callbacks.js";
import { deviceOptions } from "./device.js";

/** `measured`: a figure without a bound, such as a speed. `not run`: it could not be checked, and `found` is the reason. */
export type FindingState = "passed" | "failed" | "measured" | "not run";

/** One case of one check of `benchmarkMachine`. */
export interface MachineFinding {
  /** The check, such as `forward`. */
  check: string;
  /** The case, such as `efficientnet-b0, bf16`. */
  what: string;
  /** Whether it holds. */
  state: FindingState;
  /** What was found, with the bound that it was held against, or why it was not run. */
  found: string;
}

export const benchmarkFlags = z.strictObject({
  device: deviceOptions.device,
  full: z.boolean().default(false).meta({
    description: "check every backbone in every precision, which takes many minutes on a CPU",
  }),
});

export const benchmarkMachineOptions = benchmarkFlags.extend({
  onFinding: listener<MachineFinding>("MachineFinding", "called with each MachineFinding"),
  signal: abortSignal,
});
