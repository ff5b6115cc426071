/** Settings of a section as dotted flags: `--model.backbone` gives the setting `model.backbone`. */
import type { Command } from "commander";
import { z } from "zod";
import { unwrap } from "../schema/unwrap.js";
import { commanderOption } from "./flags.js";
import type { Layer } from "./layer.js";
import { writtenFlag } from "./written.js";

export interface SettingFlag {
  /** Without dashes. */
  flag: string;
  /** Path of the setting: `model.backbone`. */
  path: string;
  schema: z.ZodType;
  /** Heading in `--help`. */
  heading: string;
  hidden?: boolean;
}

/** The flags of a section's settings. */
export function sectionFlags(prefix: string, { shape }: z.ZodObject, heading: string): SettingFlag[] {
  return Object.entries(shape as Record<string, z.ZodType>).map(([key, schema]) => {
    const path = prefix === "" ? key : `${prefix}.${key}`;
    return { flag: path, path, schema, heading };
  });
}

export function addSettingFlags(command: Command, flags: readonly SettingFlag[]): void {
  for (const { flag, schema, heading, hidden } of flags) {
    // No file name follows such a flag, so a boolean's value may be left out: `--trainer.skip_nan`.
    const argument = unwrap(schema).inner instanceof z.ZodBoolean ? "[true|false]" : undefined;
    const option = commanderOption(flag, schema, heading, argument);
    command.addOption(hidden === true ? option.hideHelp() : option);
  }
}

/** Returns the settings that were given by flags. */
export function flagLayer(flags: readonly SettingFlag[], parsed: Record<string, unknown>): Layer {
  const layer: Layer = new Map();
  for (const { flag, path, schema } of flags) {
    const value = parsed[flag];
    if (value !== undefined) layer.set(path, { written: writtenFlag(schema, value), origin: `--${flag}` });
  }
  return layer;
}
