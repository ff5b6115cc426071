// Writes the types of the options of library calls from the schemas, each option with its meaning and its default as the
// comment that an editor shows. `--check`: fails if a file is not what it would write.
import { spawnSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { basename, dirname, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { installLibtorchOptions } from "../dist/libtorch/installOptions.js";
import { writeMasksOptions } from "../dist/masks/arguments.js";
import { evaluateModelsOptions } from "../dist/modelEvaluation/arguments.js";
import { calibrateModelOptions } from "../dist/modelEvaluation/calibrateArguments.js";
import { appOptions } from "../dist/options/app.js";
import { previewAugmentationOptions, previewSettings } from "../dist/options/augmentPreview.js";
import { benchmarkMachineOptions } from "../dist/options/benchmarkMachine.js";
import { classArguments, shortName } from "../dist/options/classPath.js";
import { checkCohortOptions, importCohortOptions, splitCohortOptions } from "../dist/options/cohort.js";
import { combinePredictionsOptions } from "../dist/options/ensemble.js";
import { comparePredictionsOptions, evaluatePredictionsOptions } from "../dist/options/evaluate.js";
import { metaOf } from "../dist/options/meta.js";
import {
  convertModelOptions,
  initModelOptions,
  inspectModelOptions,
  writeManifestOptions,
} from "../dist/options/modelFiles.js";
import { addModelOptions, getModelOptions } from "../dist/options/models.js";
import { writePhantomsOptions } from "../dist/options/phantom.js";
import { loadModelOptions } from "../dist/options/predict.js";
import { CLASS_SECTIONS, runSettings, SECTIONS } from "../dist/options/train/index.js";
import { networkSettings } from "../dist/options/train/modelSettings.js";
import { createTrainerOptions } from "../dist/options/train/trainingStepOptions.js";
import { trainWatching } from "../dist/options/train/trainWatching.js";
import { packCohortOptions } from "../dist/pack/arguments.js";
import {
  createPredictorOptions,
  predictCohortOptions,
  predictImageOptions,
  showSaliencyOptions,
  writePredictionsOptions,
} from "../dist/prediction/arguments.js";
import { unwrap } from "../dist/schema/unwrap.js";
import { serveCallOptions } from "../dist/service/serve.js";
import { submitSlurmJobOptions } from "../dist/slurm/slurmJobs.js";

const SOURCES = new URL("../src/", import.meta.url);
const NOTE =
  "// scripts/option-types.mjs writes this file from the schemas: change those, then `npm run docs`.";

/** The files of the project, or the packages, that declare these types. */
const DECLARED = {
  Logger: "console/logger.js",
  ProgressEvent: "console/progress.js",
  GatheredBatch: "inference/gatheredBlocks.js",
  Manifest: "contract/manifest.js",
  PathArgument: "options/library.js",
  PictureArgument: "options/library.js",
  SexWord: "words.js",
  BoneAgeModel: "model/boneAgeModel.js",
  HandMaskModel: "model/handMaskModel.js",
  DestinationStream: "pino",
  DownloadProgress: "options/models.js",
  MachineFinding: "options/benchmarkMachine.js",
  InstallProgress: "libtorch/installOptions.js",
  PredictCohortOptions: "prediction/predictCohortOptions.js",
};

/** The TypeScript type of a JSON schema. */
function typeOf(json) {
  if (json.enum !== undefined) return json.enum.map((value) => JSON.stringify(value)).join(" | ");
  if ("const" in json) return JSON.stringify(json.const);
  if (json.anyOf !== undefined) return [...new Set(json.anyOf.map(typeOf))].join(" | ");
  if (Array.isArray(json.type)) return json.type.map((type) => typeOf({ type })).join(" | ");
  if (json.prefixItems !== undefined) return `readonly [${json.prefixItems.map(typeOf).join(", ")}]`;
  if (json.type === "array") return `readonly (${typeOf(json.items)})[]`;
  if (json.type === "object") return `Readonly<Record<string, ${typeOf(json.additionalProperties)}>>`;
  return { integer: "number", number: "number", string: "string", boolean: "boolean", null: "null" }[
    json.type
  ];
}

const typeOfSchema = (schema) => typeOf(z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }));

/** Returns the type that a schema or the one that it wraps states in its metadata. */
function statedType(schema) {
  const { typescript } = schema.meta() ?? {};
  const isWrapped = ["optional", "default", "nullable"].includes(schema.type);
  return typescript ?? (isWrapped ? statedType(schema.unwrap()) : undefined);
}

function typeOfOption(name, schema, types) {
  const stated = types[name] ?? statedType(schema);
  if (stated !== undefined) return stated;
  const type = String(typeOfSchema(schema));
  if (!/^undefined\b|\| undefined|\| *\|/.test(type)) return type;
  throw new Error(`the option ${name} has no JSON schema: add \`typescript\` to its metadata`);
}

/** A sentence of a description, which begins with a small letter and has no full stop. */
const sentence = (text) => `${text[0].toUpperCase()}${text.slice(1)}.`;

function comment(text) {
  return `/** ${text.replaceAll("*/", "* /")} */`;
}

/** What an editor shows of an option: its meaning, which classes take it, and its default. */
function commentOf(name, schema, takers = "") {
  const { description, referenceLayout } = metaOf(schema);
  if (description === "") throw new Error(`the option ${name} has no description: add one to its schema`);
  const { defaultValue } = unwrap(schema);
  const hasDefault = defaultValue !== undefined && takers === "" && referenceLayout !== true;
  const byDefault = hasDefault ? ` Default: \`${JSON.stringify(defaultValue)}\`.` : "";
  return comment(`${sentence(description + takers)}${byDefault}`);
}

/** The lines of an object type's properties. `types` are types that are not those of the schemas. */
function properties(shape, types = {}) {
  return Object.entries(shape).flatMap(([name, schema]) => {
    const type = typeOfOption(name, schema, types);
    const isNeeded = !schema.safeParse(undefined).success;
    const value = type.includes("=>") ? `(${type})` : type;
    return [commentOf(name, schema), isNeeded ? `${name}: ${type};` : `${name}?: ${value} | undefined;`];
  });
}

/** The class of a section by its name, or with the arguments of all its classes. */
function classProperties(section, meaning) {
  const { classes, initial } = CLASS_SECTIONS[section];
  const names = Object.keys(classes).map((path) => JSON.stringify(shortName(path)));
  const name = `${names.join(" | ")} | (string & {})`;
  const argumentLines = [...classArguments(classes)].flatMap(([key, { schema, classes: takers }]) => [
    commentOf(key, schema, ` (${takers.join(", ")})`),
    `${key}?: ${typeOfSchema(schema)} | undefined;`,
  ]);
  const initialArguments = Object.entries(initial.init_args).map(([key, value]) => `${key} ${value}`);
  return [
    comment(`${meaning} Default: ${shortName(initial.class_path)}, ${initialArguments.join(", ")}.`),
    `${section}?: ${name} | {`,
    comment("The name of the class, with or without its module."),
    `class_path?: ${name} | undefined;`,
    comment("Arguments of the class; which has which is in docs/options.md."),
    `init_args?: {`,
    ...argumentLines,
    `} | undefined; } | undefined;`,
  ];
}

const SECTION_MEANINGS = {
  trainer: "How long to train, with which precision, and on which devices.",
  model: "The network and its losses.",
  data: "Pictures, splits, batches and augmentation.",
  early_stopping: "When training ends for want of improvement; which epoch is the best.",
  checkpoint: "When the state is saved.",
  lr_monitor: "How the learning rate is logged.",
};

const sections = Object.entries(SECTIONS).flatMap(([name, { shape }]) => [
  comment(SECTION_MEANINGS[name]),
  `${name}?: {`,
  ...properties(shape),
  "} | undefined;",
]);

const objectOf = (shape) => `{\n${properties(shape).join("\n")}\n}`;

/** An interface with the options of a schema, named after its file. `call` takes them. */
function optionsOf(call, { shape }, { types, above } = {}) {
  const inherited = above === undefined ? [] : Object.keys(above.schema.shape);
  const own = Object.entries(shape).filter(
    ([name, schema]) => !inherited.includes(name) || schema !== above.schema.shape[name],
  );
  return (name) => [
    comment(`The options of \`${call}\`.`),
    `export interface ${name}${above === undefined ? "" : ` extends ${above.name}`} {`,
    ...properties(Object.fromEntries(own), types),
    "}",
  ];
}

/** The lines after the note and the imports, by the file below `src`; a file is named after its type. */
const FILES = {
  "options/train/trainOptions.ts": () => [
    "/** The settings of `train`, in the sections and with the names of its config files. */",
    "export interface TrainOptions {",
    comment(
      "Config files, YAML or JSON. Later ones win over earlier ones, and the settings here win over all.",
    ),
    "config?: PathArgument | readonly PathArgument[] | undefined;",
    ...properties(runSettings.shape),
    ...sections,
    ...classProperties("optimizer", "The optimiser, a class of torch.optim."),
    ...classProperties("lr_scheduler", "The schedule of the learning rate, stepped once per epoch."),
    "}",
  ],
  "options/train/createTrainerOptions.ts": optionsOf("createTrainer", createTrainerOptions),
  "options/calls/trainWatching.ts": optionsOf("train", trainWatching),
  "options/calls/checkCohortOptions.ts": optionsOf("checkCohort", checkCohortOptions),
  "options/calls/splitCohortOptions.ts": optionsOf("splitCohort", splitCohortOptions),
  "options/calls/importCohortOptions.ts": (name) => [
    comment("The options of `importCohort`, by the data set."),
    `export type ${name} = ${Object.values(importCohortOptions)
      .map(({ shape }) => objectOf(shape))
      .join(" | ")};`,
  ],
  "options/calls/combinePredictionsOptions.ts": optionsOf("combinePredictions", combinePredictionsOptions),
  "modelEvaluation/calibrateModelOptions.ts": optionsOf("calibrateModel", calibrateModelOptions),
  "modelEvaluation/evaluateModelsOptions.ts": optionsOf("evaluateModels", evaluateModelsOptions),
  "options/calls/comparePredictionsOptions.ts": optionsOf("comparePredictions", comparePredictionsOptions),
  "options/calls/evaluatePredictionsOptions.ts": optionsOf("evaluatePredictions", evaluatePredictionsOptions),
  "options/calls/convertModelOptions.ts": optionsOf("convertModel", convertModelOptions),
  "options/calls/initModelOptions.ts": optionsOf("initModel", initModelOptions, {
    types: { network: objectOf(networkSettings.shape) },
  }),
  "options/calls/inspectModelOptions.ts": optionsOf("inspectModel", inspectModelOptions),
  "options/calls/writeManifestOptions.ts": optionsOf("writeManifest", writeManifestOptions),
  "options/calls/loadModelOptions.ts": optionsOf("loadModel` and `loadHandMaskModel", loadModelOptions),
  "options/calls/previewAugmentationOptions.ts": optionsOf(
    "previewAugmentation",
    previewAugmentationOptions,
    { types: { settings: objectOf(previewSettings.shape) } },
  ),
  "options/calls/addModelOptions.ts": optionsOf("addModel", addModelOptions),
  "options/calls/benchmarkMachineOptions.ts": optionsOf("benchmarkMachine", benchmarkMachineOptions),
  "options/calls/getModelOptions.ts": optionsOf("getModel", getModelOptions),
  "options/calls/writePhantomsOptions.ts": optionsOf("writePhantoms", writePhantomsOptions),
  "libtorch/installLibtorchOptions.ts": optionsOf("installLibtorch", installLibtorchOptions),
  "service/serveCallOptions.ts": optionsOf("serve", serveCallOptions),
  "service/startAppOptions.ts": optionsOf(
    "startApp",
    appOptions.extend({ legacyParameters: serveCallOptions.shape.legacyParameters }),
  ),
  "slurm/submitSlurmJobOptions.ts": optionsOf("submitSlurmJob` and `slurmJobScript", submitSlurmJobOptions),
  "masks/writeMasksOptions.ts": optionsOf("writeMasks", writeMasksOptions),
  "pack/packCohortOptions.ts": optionsOf("packCohort", packCohortOptions),
  "prediction/createPredictorOptions.ts": optionsOf("createPredictor", createPredictorOptions),
  "prediction/predictImageOptions.ts": optionsOf("predictImage", predictImageOptions),
  "prediction/showSaliencyOptions.ts": optionsOf("showSaliency", showSaliencyOptions),
  "prediction/predictCohortOptions.ts": optionsOf("predictCohort", predictCohortOptions),
  "prediction/writePredictionsOptions.ts": optionsOf("writePredictions", writePredictionsOptions, {
    above: { name: "PredictCohortOptions", schema: predictCohortOptions },
  }),
};

/** Imports of what the lines name, in the order of the linter: the farthest file first. */
function importsOf(path, lines) {
  const code = lines.filter((line) => !line.startsWith("/**")).join("\n");
  const named = Object.entries(DECLARED).filter(
    ([type, file]) => file !== path.replace(/ts$/, "js") && new RegExp(`\\b${type}\\b`).test(code),
  );
  const files = [...new Set(named.map(([, file]) => file))];
  const imports = files.map((file) => {
    const from = file.endsWith(".js") ? relative(dirname(path), file) : file;
    const types = named.flatMap(([type, at]) => (at === file ? [type] : [])).sort();
    return { types, from: from.startsWith(".") || from === file ? from : `./${from}` };
  });
  const height = ({ from }) => (from.startsWith(".") ? from.split("../").length : Number.POSITIVE_INFINITY);
  const sorted = imports.sort(
    (a, b) => Number(height(b) > height(a)) - Number(height(b) < height(a)) || (a.from < b.from ? -1 : 1),
  );
  return sorted.map(({ types, from }) => `import type { ${types.join(", ")} } from "${from}";`);
}

function textOf(path, linesOf) {
  const file = basename(path, ".ts");
  const lines = linesOf(file[0].toUpperCase() + file.slice(1));
  return [NOTE, ...importsOf(path, lines), "", ...lines].join("\n");
}

const END = "// end of file";

/** The texts as the formatter leaves them; it is started once for all. */
function formatted(texts) {
  const biome = fileURLToPath(new URL("../node_modules/.bin/biome", import.meta.url));
  const result = spawnSync(biome, ["format", "--stdin-file-path=src/options/calls/all.ts"], {
    input: texts.map((text) => `${text}\n${END}\n`).join("\n"),
    encoding: "utf8",
    cwd: fileURLToPath(new URL("..", import.meta.url)),
  });
  if (result.status !== 0) throw new Error(`biome cannot format the types: ${result.stderr}`);
  return result.stdout
    .split(`${END}\n`)
    .slice(0, -1)
    .map((text) => text.trimStart());
}

const paths = Object.keys(FILES);
const texts = formatted(paths.map((path) => textOf(path, FILES[path])));
for (const [i, path] of paths.entries()) {
  const file = new URL(path, SOURCES);
  if (!process.argv.includes("--check")) await writeFile(file, texts[i]);
  else if ((await readFile(file, "utf8").catch(() => "")) !== texts[i]) {
    process.stderr.write(`src/${path} is not what the schemas give: run \`npm run docs\`\n`);
    process.exitCode = 1;
  }
}
