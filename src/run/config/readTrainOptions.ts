import { DeeplasiaError } from "../../errors.js";
import type { Given, Layer } from "../../options/layer.js";
import { pathArgument } from "../../options/library.js";
import type { TrainOptions } from "../../options/train/trainOptions.js";
import type { Written } from "../../options/written.js";
import { requireArgument, shown } from "../../schema/checkValue.js";
import { completeConfig, type TrainConfigResult } from "./completeConfig.js";
import { readConfigFile } from "./readConfigFile.js";
import { withoutReferenceDefaults } from "./referenceLayout.js";
import { isSection, settingPath, unknownSetting } from "./settingPath.js";
import { withPack } from "./withPack.js";

/** For messages: where a setting was given. */
const ORIGIN = "options";

/**
 * The configuration that the options of `train` describe: built-in defaults, its config files in order, and its settings,
 * which win. No default is a place in the reference's folders.
 *
 * Throws ERR_DEEPLASIA_OPTION that names the setting, and what it takes.
 */
export async function readTrainOptions(options: TrainOptions): Promise<TrainConfigResult> {
  const { config, ...settings } = requireObject("options", options) as TrainOptions;
  const layers: Layer[] = [];
  for (const file of [config ?? []].flat())
    layers.push(await readConfigFile(requireArgument("options.config", pathArgument, file)));
  const own: Layer = new Map();
  collect(own, settings, "");
  layers.push(own);
  return completeConfig([withoutReferenceDefaults(layers.map(withPack)), ...layers]);
}

function collect(layer: Layer, values: object, section: string): void {
  for (const [key, value] of Object.entries(values)) {
    if (value === undefined) continue;
    const path = section === "" ? key : `${section}.${key}`;
    if (isSection(path, typeof value === "string")) {
      collect(layer, requireObject(`${ORIGIN}: ${path}`, value), path);
      continue;
    }
    const setting = settingPath(path);
    if (setting === null) throw invalid(`${ORIGIN}: ${unknownSetting(path)}`);
    layer.set(setting, givenBy(value));
  }
}

function givenBy(value: unknown): Given {
  const isText = typeof value === "string" || typeof value === "number" || typeof value === "boolean";
  return { written: isText ? String(value) : (value as Written), value, origin: ORIGIN };
}

function requireObject(name: string, value: unknown): object {
  if (Object.prototype.toString.call(value) === "[object Object]") return value as object;
  throw invalid(`${name} ${shown(value)} must be an object of settings`);
}

function invalid(message: string): DeeplasiaError {
  return new DeeplasiaError("ERR_DEEPLASIA_OPTION", message, {
    remedy: "docs/options.md lists the settings under `train`; options have the same names and sections.",
  });
}
