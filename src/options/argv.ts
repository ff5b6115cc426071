/** Prepares the words of a command line for the parser, and turns the parser's errors into ours. */
import type { Command, CommanderError, Option } from "commander";
import { DeeplasiaError } from "../errors.js";
import { likelyNames } from "../nearest.js";

export interface Arguments {
  argv: string[];
  /** Flags of lists that were given several times; the last one counts. */
  repeated: string[];
}

/**
 * Returns the arguments as the command's parser needs them: long flags spelt as declared, because `-` and `_` mean the same
 * in a flag's name; `-o=file` as `-ofile`; the last of several equal lists, as in the reference. A list with its own
 * parser collects all values. Unknown flags stay unchanged.
 *
 * Throws ERR_DEEPLASIA_USAGE for a flag without its value.
 */
export function readArguments(given: readonly string[], command: Command): Arguments {
  const end = given.indexOf("--");
  const flags = end === -1 ? given : given.slice(0, end);
  const rest = end === -1 ? [] : given.slice(end);
  const words = flags.flatMap((word) => spelling(word, command));
  const lists = spans(words, command).filter(
    ({ option }) => option.variadic && option.parseArg === undefined,
  );
  const earlier = lists.filter(({ option }, i) =>
    lists.slice(i + 1).some((later) => later.option === option),
  );
  const argv = words.filter((_, i) => !earlier.some(({ from, to }) => from <= i && i < to));
  const repeated = new Set(earlier.map(({ option }) => option.long ?? option.flags));
  return { argv: [...argv, ...rest], repeated: [...repeated] };
}

const plain = (flag: string) => flag.replaceAll("_", "-");

function spelling(word: string, command: Command): string[] {
  const [flag = ""] = word.split("=", 1);
  const value = word.slice(flag.length);
  if (word.startsWith("--")) {
    const known = command.options.find(({ long }) => plain(long ?? "") === `--${plain(flag.slice(2))}`);
    return [known === undefined ? word : known.long + value];
  }
  const isShort =
    value !== "" && command.options.some((option) => option.short === flag && takesValue(option));
  if (!isShort) return [word];
  // Not as two words: a list would take what follows, too.
  return value === "=" ? [flag, ""] : [flag + value.slice(1)];
}

const takesValue = ({ required, optional }: Option) => required || optional;
const isFlag = (word: string) => /^-[^\d.]/.test(word);

/** Returns the positions of the flags with their values: words `from` to `to`, exclusive. */
function spans(words: readonly string[], command: Command): { option: Option; from: number; to: number }[] {
  const found = [];
  for (let i = 0; i < words.length; ) {
    const from = i;
    const word = words[i++]!;
    const option = command.options.find((option) => isOf(option, word));
    if (option === undefined) continue;
    const isInline = word !== option.long && word !== option.short;
    if (option.required && !isInline) requireValue(word, words[i++], command);
    if (option.variadic && !isInline) while (i < words.length && !isFlag(words[i]!)) i += 1;
    found.push({ option, from, to: i });
  }
  return found;
}

/** A flag is never taken as a value, as in Python. Otherwise, after a forgotten value, the next flag would become a file name. */
function requireValue(flag: string, value: string | undefined, command: Command): void {
  if (value === undefined || !command.options.some((option) => isOf(option, value))) return;
  throw new DeeplasiaError("ERR_DEEPLASIA_USAGE", `${flag} needs a value, but ${value} follows it`, {
    remedy: `Give it one; one that is spelt as a flag as ${flag}=${value}.`,
  });
}

function isOf({ long, short, required, optional }: Option, word: string): boolean {
  if (word === long || word === short) return true;
  if (!required && !optional) return false;
  if (long !== undefined && word.startsWith(`${long}=`)) return true;
  return short !== undefined && !word.startsWith("--") && word.startsWith(short);
}

/** Returns our error for arguments that the parser refused, with the flag that was probably meant. */
export function usageError(
  { code, message }: CommanderError,
  command: Command,
  argv: readonly string[],
): DeeplasiaError {
  // The parser asks for what is missing first; a misspelt flag is why.
  const isMissing = code === "commander.missingMandatoryOptionValue";
  const unknown = isMissing ? command.parseOptions([...argv]).unknown.find(isFlag) : undefined;
  const [, flag] = /^(?:error: unknown option ')?(-[^=']*)/.exec(unknown ?? message) ?? [];
  const text =
    flag === undefined
      ? message.replace(/^error: /, "")
      : `unknown option ${flag}${likelyFlags(flag, command)}`;
  return new DeeplasiaError("ERR_DEEPLASIA_USAGE", text, {
    remedy: `\`${pathOf(command)} --help\` lists the options.`,
  });
}

function likelyFlags(flag: string, command: Command): string {
  const long = command.options.flatMap((option) =>
    option.long === undefined || option.hidden ? [] : [option.long],
  );
  const name = `--${flag.replace(/^-+/, "")}`;
  if (name.length > 3) return likelyNames(name, long);
  const short = command.options.find((option) => option.short?.toLowerCase() === flag.toLowerCase())?.short;
  return short === undefined ? "" : ` (there is ${short})`;
}

function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}
