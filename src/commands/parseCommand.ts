/** A command line, parsed with a program of commander. */
import { type Command, CommanderError } from "commander";
import { readArguments, usageError } from "../options/argv.js";

/** The innermost command that the arguments name. */
export function commandOf(program: Command, argv: readonly string[]): Command {
  const child = program.commands.find((command) => command.name() === argv[0]);
  return child === undefined ? program : commandOf(child, argv.slice(1));
}

/**
 * Parse a command line, and run the command that it names.
 *
 * Throws ERR_DEEPLASIA_USAGE for what the parser refuses; a CommanderError after help or the version; what the command throws.
 */
export async function parseCommand(program: Command, given: readonly string[]): Promise<void> {
  const command = commandOf(program, given);
  const { argv, repeated } = readArguments(given, command);
  for (const flag of repeated)
    process.stderr.write(`note: ${flag} is given several times: the last counts\n`);
  try {
    await program.parseAsync(argv, { from: "user" });
  } catch (error) {
    const isRefused =
      error instanceof CommanderError && error.exitCode !== 0 && !error.message.startsWith("(");
    throw isRefused ? usageError(error, command, argv) : error;
  }
}
