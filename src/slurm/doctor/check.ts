/** One thing that `slurm doctor` looks at. */
import { setTimeout } from "node:timers/promises";
import { formatError, toDeeplasiaError } from "../../errors.js";

export interface Check {
  /** One word or two: what was looked at. */
  what: string;
  /** null: could not be found out, which stops nothing. */
  ok: boolean | null;
  found: string;
  /** Where it is not ok. */
  remedy?: string;
}

/** A check that always ends: in time, and without throwing. Those of a process come in turn, and have 9 s together. */
export async function limited(
  what: string,
  patienceMs: number,
  look: () => Promise<Omit<Check, "what">>,
): Promise<Check> {
  const late = new AbortController();
  const patience = setTimeout(patienceMs, null, { signal: late.signal, ref: false }).catch(() => null);
  try {
    const result = await Promise.race([look(), patience]);
    return { what, ...(result ?? { ok: null, found: `no answer within ${patienceMs / 1000} s` }) };
  } catch (error) {
    return { what, ok: null, found: formatError(toDeeplasiaError(error)).replaceAll(/\s*\n\s*/g, " ") };
  } finally {
    late.abort();
  }
}

const MARKS = new Map([
  [true, "ok"],
  [false, "FAILED"],
  [null, "unknown"],
]);

/** `ok       tasks: 2, as train needs`, with `-> what to do` where it is not. */
export function formatChecks(checks: readonly Check[]): string {
  return checks
    .map(({ what, ok, found, remedy }) => {
      const cure = remedy === undefined || ok === true ? "" : ` -> ${remedy}`;
      return `${MARKS.get(ok)!.padEnd(8)} ${what}: ${found}${cure}\n`;
    })
    .join("");
}
