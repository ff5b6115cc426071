/** Settings from one source by their paths, and sections of checked values from all sources. */
import type { z } from "zod";
import { DeeplasiaError } from "../errors.js";
import { checkValue, meaningRemedy, shown, type ValueFault } from "../schema/checkValue.js";
import { typed, type Written } from "./written.js";

/** A setting as it was given. */
export interface Given {
  /** Its text in a file or on a command line. */
  written: Written;
  /** Its value, where a script gave one: that has a type already. */
  value?: unknown;
  /** For messages: `my.yml:12`, `--trainer.max_epochs`. */
  origin: string;
  /** The config file, if it is in one. */
  file?: string;
}

/** Path of a setting, `trainer.max_epochs`, -> what was given for it. */
export type Layer = Map<string, Given>;

/**
 * Returns the values of one section: the settings of the layer below `prefix`, converted and checked, and defaults for the
 * others.
 *
 * Throws ERR_DEEPLASIA_OPTION that names where the setting was given, and the values it takes.
 */
export function readSection<S extends z.ZodObject>(schema: S, prefix: string, layer: Layer): z.infer<S> {
  const values: Record<string, unknown> = {};
  for (const [key, setting] of Object.entries(schema.shape) as [string, z.ZodType][]) {
    const path = prefix === "" ? key : `${prefix}.${key}`;
    const given = layer.get(path);
    const { data, faults } = checkValue(setting, given && typedValue(setting, given));
    if (faults === null) values[key] = data;
    else throw badSetting(path, given, faults[0] as ValueFault);
  }
  return values as z.infer<S>;
}

/** The value of a setting: a script's own, or what the schema makes of a text. */
export function typedValue(schema: z.ZodType, given: Given): unknown {
  return "value" in given ? given.value : typed(schema, given.written);
}

function badSetting(path: string, given: Given | undefined, { text, meaning }: ValueFault): DeeplasiaError {
  const remedy = meaningRemedy(meaning);
  if (given === undefined) return new DeeplasiaError("ERR_DEEPLASIA_OPTION", `${path} ${text}`, { remedy });
  return settingError(path, given, text, remedy);
}

/** Returns an error about a setting, with the place where it was given: `my.yml:3: trainer.max_epochs "ten": …`. */
export function settingError(path: string, given: Given, message: string, remedy?: string): DeeplasiaError {
  const { written, origin, file } = given;
  const place = origin.startsWith("--") ? origin : `${origin}: ${path}`;
  const text = "value" in given ? shown(given.value) : JSON.stringify(written);
  return new DeeplasiaError("ERR_DEEPLASIA_OPTION", `${place} ${text}: ${message}`, { file, remedy });
}
