/** A command line inside another command: the command that a job runs. */
import type { Command } from "commander";
import { devicesPerNode } from "../distributed/planRanks.js";
import { DeeplasiaError } from "../errors.js";
import { readTrainConfig } from "../run/config/readTrainConfig.js";
import type { WantedTasks } from "../slurm/doctor/checkTasks.js";
import { commandOf, parseCommand } from "./parseCommand.js";

export interface InnerCommand {
  /** `train`, `cohort check`. */
  name: string;
  command: Command;
  /** Its flags as commander parsed them. */
  parsed: Record<string, unknown>;
}

/**
 * Parses a command without running it, so that a mistake is found before the job waits in a queue.
 * @param program a new one: the command's action is replaced.
 *
 * Throws ERR_DEEPLASIA_USAGE for what is no command for a job; ERR_DEEPLASIA_USAGE too for wrong flags.
 */
export async function parseInner(program: Command, argv: readonly string[]): Promise<InnerCommand> {
  const command = commandOf(program, argv);
  if (command === program || argv[0] === "slurm") throw noCommand(argv[0]);
  command.action(() => {});
  try {
    await parseCommand(program, argv);
  } catch (error) {
    if (!(error instanceof DeeplasiaError)) throw error;
    const { code, message, remedy } = error;
    throw new DeeplasiaError(code, `the command for the job is wrong: ${message}`, { remedy });
  }
  return { name: nameOf(command), command, parsed: command.opts() };
}

function nameOf(command: Command): string {
  const above = command.parent?.parent == null ? "" : `${nameOf(command.parent)} `;
  return above + command.name();
}

function noCommand(given: string | undefined): DeeplasiaError {
  const what =
    given === undefined
      ? "the command for the job is missing"
      : `${given} is not a command that a job can run`;
  return new DeeplasiaError("ERR_DEEPLASIA_USAGE", what, {
    remedy:
      "After the job's options comes the command with its own: slurm submit --time=60 predict radiographs/ --sex F. " +
      "Options of sbatch that --help does not list need = before their value.",
  });
}

/** Whether the command that the arguments name has a flag, spelt as `--scratch`. */
export function takesFlag(program: Command, argv: readonly string[], flag: string): boolean {
  return commandOf(program, argv).options.some(({ long }) => long === flag);
}

/** How many processes a command works with. Throws what reading a training's configuration throws. */
export async function wantedTasks({ name, parsed }: InnerCommand): Promise<WantedTasks> {
  if (name === "predict") return { command: name, tasks: null, nodes: null };
  if (name !== "train") return { command: name, tasks: [1], nodes: null };
  const { trainer } = (await readTrainConfig(parsed)).config;
  const { num_nodes: nodes } = trainer;
  const tasks = nodes * devicesPerNode(trainer);
  // On one node a single process may start the others itself.
  return { command: name, tasks: nodes === 1 ? [tasks, 1] : [tasks], nodes };
}
