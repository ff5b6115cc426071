/** The reference's `parameters.yml`: mean and SD of the ages, and by a checkpoint's stem the correction of its bias. */
import { readFile } from "node:fs/promises";
import { z } from "zod";
import type { Manifest } from "../contract/manifest.js";
import { DeeplasiaError, isSystemError } from "../errors.js";
import { parseYaml } from "../options/yaml.js";
import { checkValue, faultText } from "../schema/checkValue.js";

const schema = z
  .object({ age_mean: z.number().optional(), age_sd: z.number().positive().optional() })
  .catchall(z.unknown());
const member = z.object({ slope: z.number(), intercept: z.number() });

function fault(file: string, what: string, cause?: unknown): DeeplasiaError {
  return new DeeplasiaError("ERR_DEEPLASIA_CONTRACT", `${file}: ${what}`, {
    file,
    remedy: "It holds age_mean and age_sd in months, and a mapping with slope and intercept for each stem.",
    cause,
  });
}

/**
 * Reads the entry of one checkpoint. Where the file has none for its stem, it throws, or returns mean and SD of the ages alone
 * if the entry is not needed.
 */
export async function readParameters(
  file: string,
  stem: string,
  { needsEntry }: { needsEntry: boolean },
): Promise<Manifest> {
  let value: unknown;
  try {
    value = parseYaml(await readFile(file, "utf8")).toJS();
  } catch (cause) {
    throw fault(
      file,
      isSystemError(cause, "ENOENT") ? "there is no such file" : (cause as Error).message,
      cause,
    );
  }
  const { data: parsed, faults } = checkValue(schema, value);
  if (faults !== null) throw fault(file, faults.map((found) => faultText(found, "value")).join("; "));
  const { age_mean: ageMeanMonths, age_sd: ageSdMonths } = parsed;
  const ages = {
    ...(ageMeanMonths !== undefined && { ageMeanMonths }),
    ...(ageSdMonths !== undefined && { ageSdMonths }),
  };
  if (!Object.hasOwn(parsed, stem)) {
    if (!needsEntry) return ages;
    throw fault(
      file,
      `no entry for '${stem}'; there are entries for ${Object.keys(parsed).filter(isStem).join(", ") || "no checkpoint"}`,
    );
  }
  const found = member.safeParse(parsed[stem]);
  if (!found.success) throw fault(file, `${stem}: slope and intercept must be numbers`);
  return { ...ages, biasSlope: found.data.slope, biasIntercept: found.data.intercept };
}

const isStem = (key: string) => key !== "age_mean" && key !== "age_sd";
