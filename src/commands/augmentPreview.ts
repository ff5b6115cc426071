/** `augment-preview`: what training would see, as a sheet of pictures. */
import type { Command } from "commander";
import { previewAugmentation } from "../augmentation/previewAugmentation.js";
import { DeeplasiaError, formatError } from "../errors.js";
import { PREVIEW_FLAGS, PREVIEW_GROUPS, previewFlags, previewSettings } from "../options/augmentPreview.js";
import { addOptions, readOptions } from "../options/flags.js";
import { type Layer, readSection } from "../options/layer.js";
import { addSettingFlags, flagLayer } from "../options/settingFlags.js";
import { plural } from "../plural.js";
import { readConfigFile } from "../run/config/readConfigFile.js";
import { ensureLibtorch } from "./ensureLibtorch.js";
import { EXIT } from "./exit.js";
import { placesUsed } from "./referenceDefaults.js";

export function defineAugmentPreview(command: Command): void {
  command
    .argument("[pictures...]", "files, folders or glob patterns, instead of --annotation_csv")
    .option(
      "-c, --config <file>",
      "config file of training, of which only what changes a picture is taken; may repeat",
      // Not a list: it would swallow the pictures that follow.
      (file: string, earlier: string[]) => [...earlier, file],
      [],
    )
    .action((pictures: string[], parsed: Record<string, unknown>) => preview(pictures, parsed));
  for (const [group, shape] of Object.entries(PREVIEW_GROUPS)) addOptions(command, shape, group);
  addSettingFlags(command, PREVIEW_FLAGS);
}

/** Reads the settings that change a picture: from config files in their order, then from flags. */
async function readSettings(parsed: Record<string, unknown>) {
  const layers: Layer[] = [];
  for (const file of parsed.config as string[]) layers.push(await readConfigFile(file));
  layers.push(flagLayer(PREVIEW_FLAGS, parsed));
  return readSection(previewSettings, "data", new Map(layers.flatMap((layer) => [...layer])));
}

async function preview(files: string[], parsed: Record<string, unknown>): Promise<void> {
  const { yes, ...options } = readOptions(previewFlags, parsed);
  const settings = await readSettings(parsed);
  const places = placesUsed(parsed, options);
  if (places !== null) process.stderr.write(`${places}\n`);
  await ensureLibtorch({ yes });
  const given = files.length > 0 ? { files } : {};
  const { pictures, failures, notes } = await previewAugmentation({ ...options, ...given, settings });
  for (const failure of failures) process.stderr.write(`left out: ${formatError(failure)}\n`);
  for (const note of notes) process.stderr.write(`${note}\n`);
  if (pictures === 0)
    throw new DeeplasiaError("ERR_DEEPLASIA_ROW", "none of the pictures can be shown", {
      remedy: "The messages above give the reasons.",
    });
  process.stderr.write(
    `written: ${options.out} (${plural(pictures, "picture")}, ${plural(options.columns, "epoch")} each)\n`,
  );
  if (failures.length > 0) process.exitCode = EXIT.rowsFailed;
}
