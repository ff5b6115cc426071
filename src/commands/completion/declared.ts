/** The words that a shell can complete, read from the declared commands. */
import { type Argument, type Command, Help, type Option } from "commander";
import { valuesOf } from "../../options/flags.js";
import { inFlags } from "../inFlags.js";

export const PROGRAM = "deeplasia-native";

/** The values of a flag or operand: one of some words, a path, or a value that a shell cannot complete. */
export type Takes = "nothing" | "file" | "folder" | "text" | readonly string[];

export interface CompletedOption {
  /** `-m`, `--ckp_path`. */
  names: string[];
  /** One short clause. */
  meaning: string;
  takes: Takes;
  /** All words up to the next flag are its values. */
  isList: boolean;
}

export interface CompletedCommand {
  /** `slurm submit`; empty for the program. */
  path: string;
  commands: { name: string; meaning: string }[];
  options: CompletedOption[];
  /** What it takes besides; `command`: a command of this program with its own options. */
  operand: Takes | "command";
}

/** The program and every command below it. */
export function declaredCommands(command: Command, path = ""): CompletedCommand[] {
  const children = new Help().visibleCommands(command);
  const own: CompletedCommand = {
    path,
    commands: children.map((child) => ({ name: child.name(), meaning: clause(child.description()) })),
    options: new Help().visibleOptions(command).map(completedOption),
    operand: operandOf(command.registeredArguments.at(-1)),
  };
  const below = children.flatMap((child) => declaredCommands(child, `${path} ${child.name()}`.trim()));
  // `help` explains the commands beside it.
  const help = below.find((child) => child.path === `${path} help`.trim());
  if (help !== undefined) help.operand = command.commands.map((child) => child.name());
  return [own, ...below];
}

function completedOption(option: Option): CompletedOption {
  const { short, long, flags, description, variadic } = option;
  const names = [short, long].filter((name) => name !== undefined);
  return { names, meaning: clause(inFlags(description)), takes: takenBy(option, flags), isList: variadic };
}

function takenBy(option: Option, flags: string): Takes {
  const [, placeholder] = /[<[](.*)[>\]]/.exec(flags) ?? [];
  if (placeholder === undefined) return "nothing";
  const values = option.argChoices ?? valuesOf(option);
  if (values !== undefined) return values;
  return placeholder.includes("|") ? placeholder.split("|") : takenAs(placeholder);
}

function operandOf(argument: Argument | undefined): CompletedCommand["operand"] {
  if (argument === undefined) return "nothing";
  if (argument.argChoices !== undefined) return argument.argChoices;
  const name = argument.name();
  // Whatever else a command is about is named by its file: pictures, models, tables.
  return name === "command" ? "command" : name === "folder" ? "folder" : "file";
}

function takenAs(placeholder: string): Takes {
  const kind = placeholder.replace(/s?(\.\.\.)?$/, "");
  return kind === "file" || kind === "model" ? "file" : kind === "folder" ? "folder" : "text";
}

/** A description up to its first break: lists of completions have one line for each. */
const clause = (description: string) => description.split(/[;\n]|\. |: | \(/, 1)[0]!.trim();
