/** What one case of a check comes to. */
import type { MachineFinding } from "../options/benchmarkMachine.js";

/** What a check yields; the name of the check is added to it. */
export type Result = Omit<MachineFinding, "check">;

export const measured = (what: string, found: string): Result => ({ what, state: "measured", found });
export const notRun = (what: string, found: string): Result => ({ what, state: "not run", found });
export const judged = (what: string, holds: boolean, found: string): Result => ({
  what,
  state: holds ? "passed" : "failed",
  found,
});

/** Holds a difference against a bound. NaN fails. */
export function within(what: string, difference: number, bound: number, unit: string): Result {
  return judged(what, difference <= bound, `${difference.toPrecision(2)} ${unit}, at most ${bound}`);
}
