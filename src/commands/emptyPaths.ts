/** Refuses empty paths, which mostly come from shell variables that are not set. */
import type { Command } from "commander";
import { DeeplasiaError } from "../errors.js";

/** Options that may be empty, as in the reference. */
const MAY_BE_EMPTY = ["--mask_dirs", "--data.mask_dirs"];

/** Throws ERR_DEEPLASIA_USAGE where an operand of a command, or an option that is a path, is empty. */
export function refuseEmptyPaths(command: Command): void {
  const operands = command.registeredArguments.flatMap((argument, i) => {
    const given = command.processedArgs[i];
    return [given].flat().includes("") ? [argument.name()] : [];
  });
  const options = command.options.flatMap((option) => {
    const isPath = /[<[](file|folder|model)/.test(option.flags) && !MAY_BE_EMPTY.includes(option.long!);
    const given = command.getOptionValue(option.attributeName());
    return isPath && [given].flat().includes("") ? [option.long!] : [];
  });
  const [empty] = [...options, ...operands.map((name) => `<${name}>`)];
  if (empty === undefined) return;
  throw new DeeplasiaError("ERR_DEEPLASIA_USAGE", `${empty} is empty`, {
    remedy: "Give a path. If it comes from a shell variable, that variable is not set.",
  });
}
