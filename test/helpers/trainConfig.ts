/** Training configurations from a command line and files. */
import { join } from "node:path";
import { Command } from "commander";
import { readArguments } from "../../src/options/argv.js";
import { registerTrainOptions } from "../../src/options/train/registerTrainOptions.js";
import { readTrainConfig } from "../../src/run/config/readTrainConfig.js";
import { temporaryFolder, writeTree } from "./temporary.js";

/** A command with the settings of training and nothing else. */
export function trainCommand(): Command {
  const command = new Command("train").exitOverride().configureOutput({ writeErr() {} });
  registerTrainOptions(command);
  return command;
}

/** Returns the configuration for the flags of a command line. */
export function configOf(...argv: string[]) {
  const command = trainCommand();
  command.parse(readArguments(argv, command).argv, { from: "user" });
  return readTrainConfig(command.opts());
}

/** Returns the configuration for config files with these texts, in order, and then the flags. */
export async function configOfFiles(texts: string[], ...argv: string[]) {
  const folder = await temporaryFolder();
  await writeTree(folder, Object.fromEntries(texts.map((text, i) => [`${i}.yml`, text])));
  return configOf(...texts.map((_, i) => `--config=${join(folder, `${i}.yml`)}`), ...argv);
}
