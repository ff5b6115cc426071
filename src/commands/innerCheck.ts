/** Checks values and paths of a job's command before the job is submitted, so that faults do not wait in a queue. */
import { DeeplasiaError } from "../errors.js";
import { pathKind } from "../files/pathKind.js";
import { requireOption, schemaOf } from "../options/flags.js";
import { metaOf } from "../options/meta.js";
import { TRAIN_SETTINGS } from "../options/train/index.js";
import { valueAt } from "../options/train/valueAt.js";
import { readTrainConfig } from "../run/config/readTrainConfig.js";
import type { InnerCommand } from "./innerCommand.js";
import { namedFile } from "./namedFile.js";

/** A path that a command reads, and the flag or setting that names it. */
interface Input {
  where: string;
  path: string;
}

/**
 * Throws ERR_DEEPLASIA_OPTION for a value that its option does not take, and for a path that is not there; what reading a
 * training's configuration throws.
 */
export async function checkInner(inner: InnerCommand): Promise<void> {
  const inputs = inner.name === "train" ? await inputsOfTraining(inner) : inputsOf(inner);
  for (const { where, path } of inputs) {
    // A member of an ensemble may be named: `left=a.pt`.
    if ((await pathKind((await namedFile(path)).file)) !== null) continue;
    throw new DeeplasiaError("ERR_DEEPLASIA_OPTION", `${where}: ${path} does not exist`, {
      file: path,
      remedy: "Check the path. If only the nodes of the cluster have it, skip this check by --skip-doctor.",
    });
  }
}

function inputsOf({ command, parsed }: InnerCommand): Input[] {
  const inputs: Input[] = [];
  for (const option of command.options) {
    const key = option.attributeName();
    const schema = schemaOf(option);
    if (schema === undefined || parsed[key] === undefined) continue;
    requireOption(option, parsed[key]);
    if (command.getOptionValueSource(key) === "cli" && metaOf(schema).reads === true)
      inputs.push(...pathsIn(parsed[key]).map((path) => ({ where: option.long!, path })));
  }
  for (const [i, argument] of command.registeredArguments.entries()) {
    // A pattern is for the job to look up.
    const paths = pathsIn(command.processedArgs[i]).filter((path) => !/[*?[{!]/.test(path));
    if (READ_OPERANDS.includes(argument.name()))
      inputs.push(...paths.map((path) => ({ where: `<${argument.name()}>`, path })));
  }
  return inputs;
}

/** Operands that are read; the others name files that are written. */
const READ_OPERANDS = ["predictions", "pictures", "annotations", "table"];

const pathsIn = (given: unknown): string[] =>
  [given].flat().filter((path): path is string => typeof path === "string" && path !== "");

/** The paths of settings that were given: a default may name a folder that only the nodes have, or none that is needed. */
async function inputsOfTraining({ parsed }: InnerCommand): Promise<Input[]> {
  const { config, origins } = await readTrainConfig(parsed);
  return [...TRAIN_SETTINGS]
    .filter(([setting, schema]) => metaOf(schema).reads === true && origins.has(setting))
    .flatMap(([setting]) => pathsIn(valueAt(config, setting)).map((path) => ({ where: setting, path })));
}
