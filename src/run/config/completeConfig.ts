import { z } from "zod";
import { type ClassTable, requireClass, shortName } from "../../options/classPath.js";
import { type Given, type Layer, readSection, settingError, typedValue } from "../../options/layer.js";
import { IGNORED_SETTINGS } from "../../options/train/ignoredSettings.js";
import { imagenetRemedy } from "../../options/train/imagenetRemedy.js";
import {
  CLASS_SECTIONS,
  type ClassSection,
  runSettings,
  SECTIONS,
  type TrainConfig,
} from "../../options/train/index.js";
import { KIND_DEFAULTS } from "../../options/train/kindDefaults.js";
import { modelSettings, type TrainedKind } from "../../options/train/modelSettings.js";
import type { Written } from "../../options/written.js";
import { checkConfig } from "./checkConfig.js";
import { withPack } from "./withPack.js";

export interface TrainConfigResult {
  config: TrainConfig;
  /** For the log: settings that have no effect, and likely mistakes. */
  warnings: string[];
  /** Path of each setting that was given -> where: `my.yml:12`, `--trainer.max_epochs`. The others have their defaults. */
  origins: ReadonlyMap<string, string>;
}

/** The configuration of layers of settings, weakest first, over the built-in defaults. Throws ERR_DEEPLASIA_OPTION. */
export function completeConfig(layers: readonly Layer[]): TrainConfigResult {
  const settings = mergeLayers(layers.map(withPack));
  refuseFetching(settings);
  const sections = Object.entries(SECTIONS).map(([name, schema]) => [
    name,
    readSection(schema, name, settings),
  ]);
  const classes = Object.entries(CLASS_SECTIONS).map(([name, section]) => [
    name,
    readClass(section, name, settings),
  ]);
  const config = {
    ...readSection(runSettings, "", settings),
    ...Object.fromEntries([...sections, ...classes]),
  } as TrainConfig;
  const given = [...settings].filter(([, { origin }]) => origin !== BUILT_IN);
  return {
    config,
    warnings: [...ignoredWarnings(settings), ...checkConfig(config, settings)],
    origins: new Map(given.map(([path, { origin }]) => [path, origin])),
  };
}

/** With `true` the reference fetches ImageNet weights. Here the file is needed, and the error names it. */
function refuseFetching(settings: Layer): void {
  const path = "model.pretrained";
  const given = settings.get(path);
  if (given === undefined || typedValue(z.boolean(), given) !== true) return;
  const backbone = settings.get("model.backbone")?.written ?? modelSettings.shape.backbone.def.defaultValue;
  throw settingError(
    path,
    given,
    "must be a file of ImageNet weights: none are fetched",
    imagenetRemedy(String(backbone)),
  );
}

const BUILT_IN = "default";
const KIND = "model.kind";

/** The defaults of the class sections, and those of the kind of network. All other defaults are in the schemas. */
function initialSettings(kind: string): Layer {
  const layer: Layer = new Map();
  const set = (path: string, value: unknown) => layer.set(path, { written: String(value), origin: BUILT_IN });
  for (const [section, { initial }] of Object.entries<ClassSection>(CLASS_SECTIONS)) {
    set(`${section}.class_path`, initial.class_path);
    for (const [name, value] of Object.entries(initial.init_args)) set(`${section}.init_args.${name}`, value);
  }
  // A kind that does not exist is refused with the other settings.
  for (const [path, value] of Object.entries(KIND_DEFAULTS[kind as TrainedKind] ?? {})) set(path, value);
  return layer;
}

function mergeLayers(layers: readonly Layer[]): Layer {
  const kind = layers.findLast((layer) => layer.has(KIND))?.get(KIND)?.written;
  const merged = initialSettings(String(kind));
  for (const layer of layers) {
    for (const [section, { classes }] of Object.entries<ClassSection>(CLASS_SECTIONS)) {
      const named = layer.get(`${section}.class_path`);
      if (named !== undefined)
        forgetArguments(merged, section, classes, requireClass(classes, section, named));
    }
    for (const [path, given] of layer) merged.set(path, given);
  }
  return merged;
}

/** Keeps those arguments of the last class that the new class has too. */
function forgetArguments(merged: Layer, section: string, classes: ClassTable, classPath: string): void {
  const prefix = `${section}.init_args.`;
  for (const path of [...merged.keys()]) {
    if (path.startsWith(prefix) && !Object.hasOwn(classes[classPath]!.shape, path.slice(prefix.length)))
      merged.delete(path);
  }
}

function readClass({ classes }: ClassSection, section: string, settings: Layer) {
  const classPath = requireClass(classes, section, settings.get(`${section}.class_path`)!);
  const schema = classes[classPath]!;
  const prefix = `${section}.init_args`;
  for (const [path, given] of settings) {
    const [, name = ""] = path.split(`${prefix}.`);
    if (name === "" || Object.hasOwn(schema.shape, name) || IGNORED_SETTINGS.has(path)) continue;
    const takes = Object.keys(schema.shape).join(", ") || "no arguments";
    throw settingError(path, given, `${shortName(classPath)} has no ${name}`, `It takes: ${takes}.`);
  }
  return { class_path: classPath, init_args: readSection(schema, prefix, settings) };
}

/** Warnings about settings that have no effect here, unless they ask for nothing. */
function ignoredWarnings(settings: Layer): string[] {
  return [...settings].flatMap(([path, given]) => {
    const ignored = IGNORED_SETTINGS.get(path);
    if (ignored === undefined || asksForNothing(given, ignored.default)) return [];
    const place = given.origin.startsWith("--") ? given.origin : `${given.origin}: ${path}`;
    return [`${place} has no effect: ${ignored.why}`];
  });
}

function asksForNothing({ written }: Given, byDefault: Written): boolean {
  const plain = (value: Written) => (typeof value === "string" ? value.toLowerCase() : value);
  return plain(written) === plain(byDefault) || (byDefault !== null && Number(written) === Number(byDefault));
}
