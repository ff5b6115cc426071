import { reasonLines } from "../data/reasons.js";
import { DeeplasiaError } from "../errors.js";

const REMEDY =
  "Check data.img_dir, data.mask_dirs and the annotations; `deeplasia-native cohort check` lists what is wrong.";

/** The error for rows of which none can be used: `none can be used: 12 rows: …`, or one line per reason. */
export function unusableRows(
  what: string,
  failed: readonly { error: DeeplasiaError }[],
  file?: string,
): DeeplasiaError {
  const lines = reasonLines(failed.map(({ error }) => error));
  const message = lines.length === 1 ? `${what}: ${lines[0]}` : [`${what}:`, ...lines].join("\n  ");
  return new DeeplasiaError("ERR_DEEPLASIA_OPTION", message, { file, remedy: REMEDY });
}
