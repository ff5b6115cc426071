// Writes docs/options.md from the schemas. `--check`: fails if the file is not what it would write.
import { readdirSync, readFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { inFlags } from "../dist/commands/inFlags.js";
import { metaOf } from "../dist/options/meta.js";
import { IGNORED_SETTINGS } from "../dist/options/train/ignoredSettings.js";
import { CLASS_SECTIONS } from "../dist/options/train/index.js";
import { TRAIN_FLAGS } from "../dist/options/train/registerTrainOptions.js";
import { createProgram } from "../dist/program.js";
import { unwrap } from "../dist/schema/unwrap.js";

const FILE = new URL("../docs/options.md", import.meta.url);

const cell = (text) => text.replaceAll("|", "\\|").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

function optionRows(options) {
  const rows = options
    .filter(({ hidden }) => !hidden)
    .map(
      ({ flags, description }) => `| \`${flags.replaceAll("|", "\\|")}\` | ${cell(inFlags(description))} |`,
    );
  return ["| option | meaning |", "| --- | --- |", ...rows].join("\n");
}

/** Tables of a command's options, one below each heading of its help. */
function optionTables(command) {
  const groups = new Map();
  for (const option of command.options) {
    const group = option.helpGroupHeading ?? "";
    groups.set(group, [...(groups.get(group) ?? []), option]);
  }
  return [...groups]
    .filter(([, options]) => !options.every(({ hidden }) => hidden))
    .flatMap(([group, options]) => [
      ...(group ? [`### ${group.replace(/:$/, "")}`] : []),
      optionRows(options),
    ]);
}

/** Hidden because they are second names: `--optimizer.init_args.lr` of `--optimizer.lr`. */
const ACTING = new Set(TRAIN_FLAGS.map(({ flag }) => `--${flag}`));

function commandSection(command, prefix) {
  const name = `${prefix} ${command.name()}`;
  const usage = command.usage();
  const parts = [`## \`${`${name} ${usage}`.trim()}\``, command.description(), ...optionTables(command)];
  const hidden = command.options
    .filter(({ hidden, long }) => hidden && !ACTING.has(long))
    .map(({ long }) => `\`${long}\``);
  if (hidden.length > 0) {
    parts.push(
      `Accepted, with a warning, because the reference's command has them; they change nothing here: ${hidden.join(", ")}.`,
    );
  }
  return [parts.join("\n\n"), ...command.commands.map((child) => commandSection(child, name))].join("\n\n");
}

/** What configs/NAME.yml is for: the first sentence of the comment that it begins with. */
function presetRows() {
  const folder = new URL("../configs/", import.meta.url);
  const names = readdirSync(folder).filter((name) => name.endsWith(".yml"));
  const rows = names.map((name) => {
    const [comment] = readFileSync(new URL(name, folder), "utf8").match(/^(#.*\n)+/);
    return `| \`configs/${name}\` | ${cell(comment.replaceAll(/\n?# ?/g, " ").trim())} |`;
  });
  return ["| file | what it is for |", "| --- | --- |", ...rows].join("\n");
}

/** Classes of a section with their arguments and defaults. */
function classRows(section) {
  const rows = Object.entries(CLASS_SECTIONS[section].classes).flatMap(([path, { shape }]) => {
    const settings = Object.entries(shape).map(([name, schema]) => {
      const { defaultValue } = unwrap(schema);
      const value = defaultValue === undefined ? "needed" : JSON.stringify(defaultValue);
      return `| | \`${name}\` | ${cell(metaOf(schema).description)} | ${value} |`;
    });
    return [`| \`${path}\` | | | |`, ...settings];
  });
  return ["| class | argument | meaning | default |", "| --- | --- | --- | --- |", ...rows].join("\n");
}

function ignoredRows() {
  const rows = [...IGNORED_SETTINGS].map(([path, { why }]) => `| \`${path}\` | ${cell(why)} |`);
  return ["| setting | why |", "| --- | --- |", ...rows].join("\n");
}

/** The settings of training, which stand in config files as well as on the command line. */
function trainSection() {
  return [
    "## Settings of training",
    `Each setting is a key of a YAML or JSON file and a flag: \`trainer: {max_epochs: 100}\` is \`--trainer.max_epochs=100\`.
Built-in defaults come first, then the files of \`--config\` in order, then flags; later ones win. A key that is not
known is an error that names the nearest ones. \`--print_config\` prints all settings as a file that can be read again.
A list is \`--data.mask_dirs a b\` or \`--data.mask_dirs='["a","b"]'\`; of a list given twice the last counts. \`null\` is none.`,
    "Files that come with the package; `configs/…` is found from any folder that has no such file itself:",
    presetRows(),
    "### Classes of optimizer",
    `In a file \`optimizer: {class_path: torch.optim.SGD, init_args: {lr: 0.1}}\`, as flags \`--optimizer=SGD --optimizer.lr=0.1\`,
or by the names that a file has, \`--optimizer.class_path=SGD --optimizer.init_args.lr=0.1\`.
Another class keeps the arguments of the last one that it has too, those of the built-in default among them.`,
    classRows("optimizer"),
    "### Classes of lr_scheduler",
    classRows("lr_scheduler"),
    "### Settings without meaning here",
    "Understood, because the reference and Lightning have them; one that is not at its default there gets a warning.",
    ignoredRows(),
  ].join("\n\n");
}

const program = await createProgram();
const text = `# Options

Made from the schemas by \`npm run docs\`; do not edit. In the name of a flag \`-\` and \`_\` mean the same, and
\`--flag=value\` is \`--flag value\`.

${program.commands.map((command) => commandSection(command, "deeplasia-native")).join("\n\n")}

${trainSection()}
`;

if (process.argv.includes("--check")) {
  if ((await readFile(FILE, "utf8")) !== text) {
    console.error("docs/options.md is not up to date: npm run docs");
    process.exit(1);
  }
} else {
  await writeFile(FILE, text);
}
