/** The result of one check of `slurm doctor`. */
import { setTimeout } from "node:timers/promises";
import { toDeeplasiaError } from "../../errors.js";

/** The result of one check. */
export interface Check {
  /** The subject, in one or two words. */
  what: string;
  /** Null if it could not be found out, which stops nothing. */
  ok: boolean | null;
  found: string;
  /** What to do if it is not ok. */
  remedy?: string;
}

/**
 * Runs a check and always returns within its time limit, without throwing. The checks of one process run one after the
 * other and take at most 9 s together.
 */
export async function limited(
  what: string,
  timeoutMs: number,
  look: () => Promise<Omit<Check, "what">>,
): Promise<Check> {
  const ended = new AbortController();
  const timeout = setTimeout(timeoutMs, null, { signal: ended.signal, ref: false }).catch(() => null);
  try {
    const result = await Promise.race([look(), timeout]);
    return { what, ...(result ?? { ok: null, found: `no answer within ${timeoutMs / 1000} s` }) };
  } catch (error) {
    const { message, remedy } = toDeeplasiaError(error);
    const cure = remedy === undefined ? {} : { remedy };
    return { what, ok: null, found: message.replaceAll(/\s*\n\s*/g, " "), ...cure };
  } finally {
    ended.abort();
  }
}

const MARKS = new Map([
  [true, "ok"],
  [false, "FAILED"],
  [null, "unknown"],
]);

/** Formats each check as a line, `ok       tasks: 2, as train needs`, with `-> what to do` if it is not ok. */
export function formatChecks(checks: readonly Check[]): string {
  return checks
    .map(({ what, ok, found, remedy }) => {
      const cure = remedy === undefined || ok === true ? "" : ` -> ${remedy}`;
      return `${MARKS.get(ok)!.padEnd(8)} ${what}: ${found}${cure}\n`;
    })
    .join("");
}
