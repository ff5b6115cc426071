// Writes the types of the options of `train` and `createTrainer` from the schemas, each option with its meaning and its
// default as the comment that an editor shows. `--check`: fails if a file is not what it would write.
import { spawnSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { classArguments, shortName } from "../dist/options/classPath.js";
import { metaOf } from "../dist/options/meta.js";
import { CLASS_SECTIONS, runSettings, SECTIONS } from "../dist/options/train/index.js";
import { createTrainerOptions } from "../dist/options/train/trainingStepOptions.js";
import { unwrap } from "../dist/schema/unwrap.js";

const FOLDER = new URL("../src/options/train/", import.meta.url);
const NOTE =
  "// scripts/option-types.mjs writes this file from the schemas: change those, then `npm run docs`.";

/** The TypeScript type of a JSON schema. */
function typeOf(json) {
  if (json.enum !== undefined) return json.enum.map((value) => JSON.stringify(value)).join(" | ");
  if ("const" in json) return JSON.stringify(json.const);
  if (json.anyOf !== undefined) return [...new Set(json.anyOf.map(typeOf))].join(" | ");
  if (json.prefixItems !== undefined) return `readonly [${json.prefixItems.map(typeOf).join(", ")}]`;
  if (json.type === "array") return `readonly (${typeOf(json.items)})[]`;
  if (json.type === "object") return `Readonly<Record<string, ${typeOf(json.additionalProperties)}>>`;
  return { integer: "number", number: "number", string: "string", boolean: "boolean", null: "null" }[
    json.type
  ];
}

const typeOfSchema = (schema) => typeOf(z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }));

/** A sentence of a description, which begins with a small letter and has no full stop. */
const sentence = (text) => `${text[0].toUpperCase()}${text.slice(1)}.`;

function comment(text) {
  return `/** ${text.replaceAll("*/", "* /")} */`;
}

/** What an editor shows of an option: its meaning, which classes take it, and its default. */
function commentOf(schema, takers = "") {
  const { description, referenceLayout } = metaOf(schema);
  const { defaultValue } = unwrap(schema);
  const hasDefault = defaultValue !== undefined && takers === "" && referenceLayout !== true;
  const byDefault = hasDefault ? ` Default: \`${JSON.stringify(defaultValue)}\`.` : "";
  return comment(`${sentence(description + takers)}${byDefault}`);
}

/** The lines of an object type's properties. `types` are the types of those that no JSON schema describes. */
function properties(shape, types = {}) {
  return Object.entries(shape).flatMap(([name, schema]) => [
    commentOf(schema),
    `${name}?: ${types[name] ?? typeOfSchema(schema)} | undefined;`,
  ]);
}

/** The class of a section by its name, or with the arguments of all its classes. */
function classProperties(section, meaning) {
  const { classes, initial } = CLASS_SECTIONS[section];
  const names = Object.keys(classes).map((path) => JSON.stringify(shortName(path)));
  const name = `${names.join(" | ")} | (string & {})`;
  const argumentLines = [...classArguments(classes)].flatMap(([key, { schema, classes: takers }]) => [
    commentOf(schema, ` (${takers.join(", ")})`),
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

const FILES = {
  "trainOptions.ts": [
    NOTE,
    'import type { PathArgument } from "../library.js";',
    "",
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
  "createTrainerOptions.ts": [
    NOTE,
    'import type { Manifest } from "../../contract/manifest.js";',
    "",
    "/** The options of `createTrainer`. */",
    "export interface CreateTrainerOptions {",
    ...properties(createTrainerOptions.shape, { contract: "Manifest" }),
    "}",
  ],
};

/** The text as the formatter leaves it. */
function formatted(text, name) {
  const biome = fileURLToPath(new URL("../node_modules/.bin/biome", import.meta.url));
  const result = spawnSync(biome, ["format", `--stdin-file-path=src/options/train/${name}`], {
    input: text,
    encoding: "utf8",
    cwd: fileURLToPath(new URL("..", import.meta.url)),
  });
  if (result.status !== 0) throw new Error(`biome cannot format ${name}: ${result.stderr}`);
  return result.stdout;
}

for (const [name, lines] of Object.entries(FILES)) {
  const file = new URL(name, FOLDER);
  const text = formatted(`${lines.join("\n")}\n`, name);
  if (!process.argv.includes("--check")) await writeFile(file, text);
  else if ((await readFile(file, "utf8")) !== text) {
    process.stderr.write(`src/options/train/${name} is not what the schemas give: run \`npm run docs\`\n`);
    process.exitCode = 1;
  }
}
