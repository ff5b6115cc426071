/** The command line: registers commands, turns errors into messages and exit codes. */
import { Command, CommanderError } from "commander";
import { DISCLAIMER, packageVersion } from "./about.js";
import { registerAugmentPreview } from "./commands/augmentPreview.js";
import { registerCohort } from "./commands/cohort.js";
import { registerCompletion } from "./commands/completion/index.js";
import { registerConvert } from "./commands/convert.js";
import { registerDoctor } from "./commands/doctor.js";
import { refuseEmptyPaths } from "./commands/emptyPaths.js";
import { registerEnsemble } from "./commands/ensemble.js";
import { EXIT } from "./commands/exit.js";
import { exitStatusOf } from "./commands/exitStatus.js";
import { helpText, styleHelp } from "./commands/help.js";
import { inFlags } from "./commands/inFlags.js";
import { registerInit } from "./commands/init.js";
import { registerInspect } from "./commands/inspect.js";
import { registerLibtorch } from "./commands/libtorch.js";
import { registerManifest } from "./commands/manifest.js";
import { registerMask } from "./commands/mask.js";
import { registerMerge } from "./commands/merge.js";
import { parseCommand } from "./commands/parseCommand.js";
import { registerPhantom } from "./commands/phantom.js";
import { registerPredict } from "./commands/predict.js";
import { registerServe } from "./commands/serve.js";
import { obeyEarly, stoppedExitCode } from "./commands/signals.js";
import { registerSlurm } from "./commands/slurm.js";
import { guardStreams } from "./commands/streams.js";
import { registerTrain } from "./commands/train.js";
import { formatError, toDeeplasiaError } from "./errors.js";

export function createProgram(): Command {
  const program = new Command("deeplasia-native")
    .description(`Bone age from paediatric hand radiographs.\n${DISCLAIMER}`)
    .version(packageVersion())
    // Errors of the parser are thrown and reported like all other errors: see parseCommand.
    .configureOutput({ outputError() {} })
    .exitOverride();
  program.hook("preAction", (_, command) => refuseEmptyPaths(command));
  styleHelp(program);
  program.addHelpText(
    "after",
    helpText("\n`deeplasia-native <command> --help` shows the options of a command, with examples."),
  );
  program.commandsGroup("Bone ages:");
  registerPredict(program);
  registerMask(program);
  registerMerge(program);
  registerEnsemble(program);
  registerServe(program);
  program.commandsGroup("Models:");
  registerConvert(program);
  registerInit(program);
  registerInspect(program);
  registerManifest(program);
  program.commandsGroup("Training and cohorts:");
  registerTrain(program);
  registerCohort(program);
  registerAugmentPreview(program);
  registerPhantom(program);
  program.commandsGroup("Clusters and installation:");
  registerSlurm(program, createProgram);
  registerLibtorch(program);
  registerDoctor(program);
  registerCompletion(program);
  program.helpCommand("help [command]", "the help of a command");
  return program;
}

/**
 * Run the program; sets the exit code of the process, never throws.
 * @param isTold whether a SIGUSR1 came since the process started, before anybody listened.
 */
export async function main(argv: readonly string[], isTold = () => false): Promise<void> {
  obeyEarly(isTold);
  const stdoutFailure = guardStreams();
  const isReported = await run(argv);
  const failure = await stdoutFailure();
  if (failure !== null && !isReported) reportError(failure);
}

/** Whether an error was reported. */
async function run(argv: readonly string[]): Promise<boolean> {
  const program = createProgram();
  try {
    await parseCommand(program, argv.slice(2));
    return false;
  } catch (error) {
    if (error instanceof CommanderError) {
      // Help and version end here as well, with exit code 0; commander has printed the message already.
      process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage;
      return error.exitCode !== 0;
    }
    reportError(error);
    return true;
  }
}

function reportError(error: unknown): void {
  const stopped = stoppedExitCode(error);
  if (stopped !== undefined) {
    process.stderr.write("error: stopped before the end\n  Start it again when it is wanted.\n");
    process.exitCode = stopped;
    return;
  }
  const failure = toDeeplasiaError(error);
  process.stderr.write(`error: ${inFlags(formatError(failure))}\n`);
  if (failure.code === "ERR_DEEPLASIA_INTERNAL")
    process.stderr.write(`${failure.cause instanceof Error ? failure.cause.stack : failure.stack}\n`);
  process.exitCode = exitStatusOf(failure.code);
}
