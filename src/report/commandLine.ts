import type { z } from "zod";
import { flagName } from "../options/flags.js";
import { word } from "../slurm/quote.js";

/** The command that makes a report again, with the options that are not at their defaults; the folder is any. */
export function commandLine(
  command: string,
  files: readonly string[],
  { shape }: z.ZodObject,
  options: Readonly<Record<string, unknown>>,
): string {
  const flags = Object.entries(shape).flatMap(([key, given]) => {
    const schema = given as z.ZodType;
    const value = key === "out" ? "report" : options[key];
    const { success, data } = schema.safeParse(undefined);
    if (
      value === undefined ||
      (success && JSON.stringify(data) === JSON.stringify(value)) ||
      key === "overwrite"
    )
      return [];
    // A switch has no value.
    const values = value === true ? [] : Array.isArray(value) ? value : [value];
    return [`--${flagName(key, schema)}`, ...values.map((one) => word(String(one)))];
  });
  return ["deeplasia-native", command, ...files.map(word), ...flags].join(" ");
}
