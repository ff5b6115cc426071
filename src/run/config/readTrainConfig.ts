import type { Layer } from "../../options/layer.js";
import { flagLayer } from "../../options/settingFlags.js";
import { IGNORED_SETTINGS } from "../../options/train/ignoredSettings.js";
import { SECTIONS } from "../../options/train/index.js";
import { flagOf, TRAIN_FLAGS } from "../../options/train/registerTrainOptions.js";
import { completeConfig, type TrainConfigResult } from "./completeConfig.js";
import { readConfigFile } from "./readConfigFile.js";

/**
 * The configuration that the flags of a command describe (those of `registerTrainOptions`, as commander parsed them):
 * built-in defaults, config files in order, and flags; later ones win.
 *
 * Throws ERR_DEEPLASIA_OPTION that names file and line or the flag, the setting, and what it takes.
 */
export async function readTrainConfig(parsed: Record<string, unknown>): Promise<TrainConfigResult> {
  const layers: Layer[] = [];
  for (const file of (parsed.config as string[] | undefined) ?? []) layers.push(await readConfigFile(file));
  for (const section of Object.keys(SECTIONS)) {
    if (parsed[section] !== undefined) layers.push(await readConfigFile(String(parsed[section]), section));
  }
  layers.push(flagLayer(TRAIN_FLAGS, parsed), ignoredFlags(parsed));
  return completeConfig(layers);
}

function ignoredFlags(parsed: Record<string, unknown>): Layer {
  const layer: Layer = new Map();
  for (const path of IGNORED_SETTINGS.keys()) {
    const value = parsed[flagOf(path)];
    if (value !== undefined) layer.set(path, { written: String(value), origin: `--${flagOf(path)}` });
  }
  return layer;
}
