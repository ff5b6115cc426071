/** Runs checks one after the other: one that throws fails, and the next one runs all the same. */
import { toDeeplasiaError } from "../errors.js";
import type { MachineFinding } from "../options/benchmarkMachine.js";
import type { Machine, MachineCheck } from "./machine.js";

export async function* runChecks(
  machine: Machine,
  checks: readonly MachineCheck[],
): AsyncGenerator<MachineFinding> {
  for (const { name: check, run } of checks) {
    try {
      for await (const result of run(machine)) yield { check, ...result };
    } catch (error) {
      const found = toDeeplasiaError(error).message.replaceAll(/\s*\n\s*/g, " ");
      yield { check, what: "ended early", state: "failed", found };
    }
  }
}
