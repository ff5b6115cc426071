/** The program of the command line, whole or as far as one command needs it. */
import { Command } from "commander";
import { DISCLAIMER, packageVersion } from "./about.js";
import { refuseEmptyPaths } from "./commands/emptyPaths.js";
import { helpText, styleHelp } from "./commands/help.js";
import { COMMANDS, type CommandEntry } from "./commands/table.js";

/**
 * Resolves to the program with its commands.
 *
 * @param name the one command to load; of the others only name and description are there. Default: all are loaded.
 */
export async function createProgram(name?: string): Promise<Command> {
  const program = new Command("deeplasia-native")
    .description(`Bone age from paediatric hand radiographs.\n${DISCLAIMER}`)
    .version(packageVersion())
    // Errors of the parser are thrown and reported like all other errors: see parseCommand.
    .configureOutput({ outputError() {} })
    .exitOverride()
    // An option after a command's name is the command's: `libtorch install --version` is not the program's.
    .enablePositionalOptions();
  program.hook("preAction", (_, command) => refuseEmptyPaths(command));
  const loaded = COMMANDS.filter((entry) => name === undefined || name === entry.name);
  styleHelp(program, await descriptions(loaded));
  program.addHelpText(
    "after",
    helpText("\n`deeplasia-native <command> --help` shows the options of a command, with examples."),
  );
  for (const entry of COMMANDS) {
    program.commandsGroup(entry.group);
    const command = program.command(entry.name).description(entry.description);
    if (loaded.includes(entry)) (await entry.load())(command, createProgram);
  }
  program.helpCommand("help [command]", "the help of a command");
  return program;
}

/** Where no command is loaded, no option is described, and the options of all commands need not be read for their names. */
async function descriptions(loaded: readonly CommandEntry[]): Promise<(text: string) => string> {
  if (loaded.length === 0) return (text) => text;
  return (await import("./commands/inFlags.js")).inFlags;
}

/** Resolves to the program as far as a command line needs it. */
export function programFor(argv: readonly string[]): Promise<Command> {
  // `help predict` shows what `predict --help` does
  const name = argv[0] === "help" ? argv[1] : argv[0];
  return createProgram(name ?? "");
}
