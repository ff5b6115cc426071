/** The command line: runs the command, turns errors into messages and exit codes. */
import { CommanderError } from "commander";
import { EXIT } from "./commands/exit.js";
import { exitStatusOf } from "./commands/exitStatus.js";
import { parseCommand } from "./commands/parseCommand.js";
import { obeyEarly, stoppedExitCode } from "./commands/signals.js";
import { guardStreams } from "./commands/streams.js";
import { COMMANDS } from "./commands/table.js";
import { formatError, toDeeplasiaError } from "./errors.js";
import { programFor } from "./program.js";

/**
 * Run the program; sets the exit code of the process, never throws.
 * @param isTold whether a SIGUSR1 came since the process started, before anybody listened.
 */
export async function main(argv: readonly string[], isTold = () => false): Promise<void> {
  obeyEarly(isTold);
  const stdoutFailure = guardStreams();
  const isReported = await run(argv);
  const failure = await stdoutFailure();
  if (failure !== null && !isReported) await reportError(failure);
}

/** Whether an error was reported. */
async function run(argv: readonly string[]): Promise<boolean> {
  const words = argv.slice(2);
  if (isLibtorchNeeded(words)) void openAhead();
  try {
    await parseCommand(await programFor(words), words);
    return false;
  } catch (error) {
    if (error instanceof CommanderError) {
      // Help and version end here as well, with exit code 0; commander has printed the message already.
      process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage;
      return error.exitCode !== 0;
    }
    await reportError(error);
    return true;
  }
}

function isLibtorchNeeded(words: readonly string[]): boolean {
  const isHelp = words.some((word) => word === "--help" || word === "-h");
  return !isHelp && COMMANDS.some((entry) => entry.needsLibtorch === true && entry.name === words[0]);
}

async function openAhead(): Promise<void> {
  const { openLibtorchAhead } = await import("./libtorch/openAhead.js");
  await openLibtorchAhead();
}

async function reportError(error: unknown): Promise<void> {
  const stopped = stoppedExitCode(error);
  if (stopped !== undefined) {
    process.stderr.write("error: stopped before the end\n  Start it again when it is wanted.\n");
    process.exitCode = stopped;
    return;
  }
  const failure = toDeeplasiaError(error);
  // It reads the options of all commands: loaded only now that it is needed.
  const { inFlags } = await import("./commands/inFlags.js");
  process.stderr.write(`error: ${inFlags(formatError(failure))}\n`);
  if (failure.code === "ERR_DEEPLASIA_INTERNAL")
    process.stderr.write(`${failure.cause instanceof Error ? failure.cause.stack : failure.stack}\n`);
  process.exitCode = exitStatusOf(failure.code);
}
