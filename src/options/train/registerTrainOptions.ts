/** The settings of training as flags: `--trainer.max_epochs=100`, `--optimizer=SGD --optimizer.momentum=0.9`. */
import { type Command, CommanderError } from "commander";
import { z } from "zod";
import { columnsOf, termWidthOf, wrappedItem } from "../../console/wrapped.js";
import { unwrap } from "../../schema/unwrap.js";
import { classArguments, requireClass, shortName } from "../classPath.js";
import { metaOf } from "../meta.js";
import { addSettingFlags, type SettingFlag, sectionFlags } from "../settingFlags.js";
import { IGNORED_SETTINGS } from "./ignoredSettings.js";
import { CLASS_SECTIONS, runSettings, SECTIONS } from "./index.js";

/** plain: every setting; comments: with its description; skip_default: only those that differ from the defaults. */
export const PRINT_STYLES = ["plain", "comments", "skip_default"] as const;
export type PrintStyle = (typeof PRINT_STYLES)[number];

type SectionName = keyof typeof SECTIONS | keyof typeof CLASS_SECTIONS;

/** Sections in the order of `--help`, with their headings. */
const HEADINGS: Record<SectionName, string> = {
  trainer: "Training:",
  model: "Network and loss:",
  data: "Pictures and augmentation:",
  optimizer: "Optimizer:",
  lr_scheduler: "Learning-rate schedule:",
  early_stopping: "Early stopping:",
  checkpoint: "Checkpoints:",
  lr_monitor: "Log of the learning rate:",
};
const RUN_HEADING = "Run:";
const FILES_HEADING = "Config files:";

/** Every flag that gives a setting of training. */
export const TRAIN_FLAGS: readonly SettingFlag[] = [
  ...sectionFlags("", runSettings, RUN_HEADING),
  ...(Object.keys(HEADINGS) as SectionName[]).flatMap((name) =>
    name in SECTIONS
      ? sectionFlags(name, SECTIONS[name as keyof typeof SECTIONS], HEADINGS[name])
      : classFlags(name as keyof typeof CLASS_SECTIONS),
  ),
];

/** `--optimizer`, and `--optimizer.lr` for `optimizer.init_args.lr`, which is a flag as well. */
function classFlags(section: keyof typeof CLASS_SECTIONS): SettingFlag[] {
  const { classes, initial } = CLASS_SECTIONS[section];
  const heading = HEADINGS[section];
  const initialArguments = Object.entries(initial.init_args).map(([name, value]) => `${name} ${value}`);
  const described = z.string().meta({
    description:
      `${Object.keys(classes).map(shortName).join(", ")}, or a class path ` +
      `(default: ${shortName(initial.class_path)}, ${initialArguments.join(", ")})`,
    argument: "<class>",
  });
  const target = { path: `${section}.class_path`, schema: described, heading };
  const flags: SettingFlag[] = [
    { flag: section, ...target },
    { flag: target.path, ...target, hidden: true },
  ];
  for (const [name, { schema, classes: takers }] of classArguments(classes)) {
    const { description, ...meta } = metaOf(schema);
    const ofAll = takers.length === Object.keys(classes).length;
    // Its default may be another one in each class; docs/options.md has them all.
    const plain = schema instanceof z.ZodDefault ? (schema.unwrap() as z.ZodType) : schema;
    const said = plain.meta({
      ...meta,
      description: ofAll ? description : `${description} (${takers.join(", ")})`,
    });
    const argument = { path: `${section}.init_args.${name}`, schema: said, heading };
    flags.push(
      { flag: `${section}.${name}`, ...argument },
      { flag: argument.path, ...argument, hidden: true },
    );
  }
  return flags;
}

/** Adds to a command the settings of training, `--config` and its like, and the flags that have no effect here. */
export function registerTrainOptions(command: Command): void {
  const option = (flags: string, description: string) =>
    command.createOption(flags, description).helpGroup(FILES_HEADING);
  command.addOption(
    option(
      "-c, --config <files...>",
      "YAML or JSON; may repeat, later ones win, flags win over all",
    ).argParser(
      // Files of settings lie over each other, where of other lists the last one counts.
      (file: string, files: string[] = []) => [...files, file],
    ),
  );
  for (const name of Object.keys(SECTIONS)) {
    command.addOption(option(`--${name} <file>`, `YAML or JSON with the settings of ${name} alone`));
  }
  const print = "print the whole configuration and leave; comments: with what each setting means";
  command.addOption(
    option("--print_config [style]", print)
      .choices(PRINT_STYLES)
      .preset("plain" satisfies PrintStyle),
  );
  addSettingFlags(command, TRAIN_FLAGS);
  for (const path of IGNORED_SETTINGS.keys()) {
    command.addOption(command.createOption(`--${flagOf(path)} [value]`).hideHelp());
  }
  for (const section of Object.keys(CLASS_SECTIONS) as (keyof typeof CLASS_SECTIONS)[]) {
    command.addOption(
      command
        .createOption(`--${section}.help <class>`, "the settings of that class")
        .helpGroup(HEADINGS[section]),
    );
    command.on(`option:${section}.help`, (name: string) => {
      command.configureOutput().writeOut?.(classHelp(section, name));
      throw new CommanderError(0, "commander.help", "(outputHelp)");
    });
  }
}

/** Flag of an ignored setting: an argument of a class without `init_args`. */
export const flagOf = (path: string) => path.replace(".init_args.", ".");

/** The settings of one class with their defaults, a line each. */
function classHelp(section: keyof typeof CLASS_SECTIONS, name: string): string {
  const { classes } = CLASS_SECTIONS[section];
  const path = requireClass(classes, section, { written: name, origin: `--${section}.help` });
  const { shape } = (classes as Record<string, z.ZodObject>)[path]!;
  const settings = Object.entries(shape) as [string, z.ZodType][];
  const width = columnsOf(process.stdout);
  const flag = (key: string) => `--${section}.${key}`;
  const termWidth = termWidthOf(Math.max(...settings.map(([key]) => flag(key).length)), width);
  const lines = settings.flatMap(([key, schema]) => {
    const { defaultValue } = unwrap(schema);
    const value = defaultValue === undefined ? "needed" : `default: ${JSON.stringify(defaultValue)}`;
    return wrappedItem(flag(key), termWidth, `${metaOf(schema).description} (${value})`, width);
  });
  return `${[path, ...lines].join("\n")}\n`;
}
