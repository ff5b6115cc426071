/** Formats help: wrapped to the terminal, and short for commands with many options. */
import { type Command, CommanderError, Help, Option } from "commander";
import { columnsOf, termWidthOf, wrap, wrappedItem } from "../console/wrapped.js";
import { exampleLines } from "./helpExample.js";

/** The options that the short help of a command shows, by their long names without dashes. */
const shortLists = new WeakMap<Command, ReadonlySet<string>>();
/** Commands whose next help shows all options. */
const showsAll = new WeakSet<Command>();

/**
 * Formats the help of a program and of all commands that are added to it later.
 *
 * @param inFlags turns names of library options in a description into flags.
 */
export function styleHelp(program: Command, inFlags: (text: string) => string): void {
  program
    .configureHelp({
      boxWrap: (text, width) => wrap(text, width).join("\n"),
      styleTitle: (heading) => wrap(heading, columnsOf(process.stdout)).join("\n"),
      padWidth,
      formatItem,
      visibleOptions,
      commandUsage,
      // The description already has the values and the default.
      optionDescription: ({ description }) => inFlags(description),
      argumentDescription: ({ description }) => description,
      subcommandTerm: (command) => new Help().subcommandTerm(command).replace(" [options]", ""),
    })
    .configureOutput({
      getOutHelpWidth: () => columnsOf(process.stdout),
      getErrHelpWidth: () => columnsOf(process.stderr),
    });
}

/** `--help` of the command then shows only these options, and `--help-all` all. Call it before `addHelpText`. */
export function shortenHelp(command: Command, names: readonly string[]): void {
  shortLists.set(command, new Set(names));
  command.addOption(
    new Option("--help-all", "show all options, also the rarely used ones").helpGroup("Options:"),
  );
  command.on("option:help-all", () => {
    showsAll.add(command);
    command.outputHelp();
    showsAll.delete(command);
    throw new CommanderError(0, "commander.help", "(outputHelp)");
  });
  command.addHelpText("after", () => {
    const all = new Help().visibleOptions(command).length;
    const path = [command.name()];
    for (let above = command.parent; above != null; above = above.parent) path.unshift(above.name());
    return showsAll.has(command)
      ? ""
      : wrapped(`\nThe most used of ${all} options. All of them: ${path.join(" ")} --help-all`);
  });
}

/**
 * Returns the text below a command's options, for `addHelpText("after", …)`: wrapped paragraphs, and examples, which are
 * lines that begin with blanks.
 */
export const helpText = (text: string) => () => wrapped(text);

function wrapped(text: string): string {
  const width = columnsOf(process.stdout);
  const shown: string[] = [];
  let paragraph: string[] = [];
  const endParagraph = () => {
    if (paragraph.length > 0) shown.push(...wrap(paragraph.join(" "), width));
    paragraph = [];
  };
  for (const line of text.replaceAll(/\\\n\s+/g, "").split("\n")) {
    const isProse = /^\S/.test(line);
    if (isProse) paragraph.push(line);
    if (!isProse || line.endsWith(":")) endParagraph();
    if (!isProse) shown.push(...(line === "" ? [""] : exampleLines(line, width)));
  }
  endParagraph();
  return shown.join("\n");
}

function padWidth(command: Command, helper: Help): number {
  const longest = Math.max(
    helper.longestOptionTermLength(command, helper),
    helper.longestSubcommandTermLength(command, helper),
    helper.longestArgumentTermLength(command, helper),
  );
  return termWidthOf(longest, helper.helpWidth!);
}

function formatItem(term: string, termWidth: number, description: string, helper: Help): string {
  return wrappedItem(term, termWidth, description, helper.helpWidth!).join("\n");
}

function commandUsage(command: Command): string {
  const title = "Usage: ".length;
  const usage = new Help().commandUsage(command);
  return wrap(usage, columnsOf(process.stdout) - title).join(`\n${" ".repeat(title)}`);
}

function visibleOptions(command: Command): Option[] {
  const all = new Help().visibleOptions(command);
  const short = shortLists.get(command);
  if (short === undefined || showsAll.has(command)) return all;
  return all.filter(({ long }) => short.has(long!.slice(2)) || ["--help", "--help-all"].includes(long!));
}
