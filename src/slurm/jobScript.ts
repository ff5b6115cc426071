/** The script of a job: a function of its options alone. */
import { join } from "node:path";
import { flagName } from "../options/flags.js";
import { type JobOptions, jobOptions, noticeOf, SBATCH_KEYS } from "../options/slurm.js";
import { directiveValue, expandedWord, word } from "./quote.js";

/** What a job script is made from. */
export interface Job {
  options: JobOptions;
  /** Further sbatch options as given: `--exclusive`, `--gres=gpu:1`. */
  further: readonly string[];
  /** The command that runs: `["predict", "hand.png", …]`. */
  command: readonly string[];
  /** The command line that starts this program: `["/usr/bin/node", "/opt/…/bin.cjs"]`. */
  program: readonly string[];
  /** Absolute path of the folder in which the job runs. */
  workingDirectory: string;
  /** Absolute path of the folder for script and output. */
  runDirectory: string;
}

/**
 * Returns a script for sbatch. The command runs under srun as a job step, because SLURM sends its signals to steps. The
 * shell waits for the step, then `slurm requeue` decides from its exit status whether the job is requeued.
 */
export function jobScript(job: Job): string {
  const { options, command, program } = job;
  const run = [`${all("step")} ${all("deeplasia")} ${all("command")}`];
  // Checks tasks, devices, signals and the network before the command reads anything.
  if (!options.skipDoctor)
    run.unshift(`${all("step")} ${all("deeplasia")} slurm doctor ${all("command")} &&`);
  const blocks = [
    ["#!/bin/bash", ...directives(job).map((directive) => `#SBATCH ${directive}`)],
    options.setup === undefined ? [] : ["set -e", options.setup, "set +e"],
    [
      `deeplasia=(${program.map(word).join(" ")})`,
      commandArray(command, options),
      `step=(srun${stepOptions(job)})`,
    ],
    [
      "# The command runs as a job step, because SLURM's signals reach steps, not this shell.",
      "# The shell ignores SIGTERM, so that it outlives the step and passes on its exit status.",
      "trap : TERM",
      ...run,
    ],
    [
      "# Requeues the job if its time limit ended it.",
      `exec ${all("deeplasia")} slurm requeue ${requeueArguments(job)}`,
    ],
  ];
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

/** Returns the expansion of a bash array, each element a word. */
const all = (name: string) => `"\${${name}[@]}"`;

/** How long srun waits for the other processes of a training run once one has ended. */
const WAIT_SECONDS = 30;

/** Returns the number of processes on a node: one for each GPU, or one without GPUs. */
function tasksPerNode({ ntasksPerNode, gpusPerNode }: JobOptions): number {
  return ntasksPerNode ?? Number(gpusPerNode?.split(":").at(-1) ?? 1);
}

function directives({ options, further, command, workingDirectory, runDirectory }: Job): string[] {
  const values: Record<string, unknown> = {
    ...options,
    jobName: options.jobName ?? command[0],
    ntasksPerNode: tasksPerNode(options),
  };
  const known = SBATCH_KEYS.filter((key) => values[key] !== undefined).map(
    (key) => `--${flagName(key, jobOptions.shape[key])}=${directiveValue(String(values[key]))}`,
  );
  // In the name of an output file, SLURM replaces % patterns.
  const output = join(
    runDirectory.replaceAll("%", "%%"),
    `${options.array === undefined ? "%j" : "%A_%a"}.out`,
  );
  return [
    ...known,
    ...further.map(furtherDirective),
    // SLURM refuses to requeue a job without --requeue. Without append, a requeue would truncate the earlier output.
    "--requeue",
    "--open-mode=append",
    `--chdir=${directiveValue(workingDirectory)}`,
    `--output=${directiveValue(output)}`,
  ];
}

function furtherDirective(option: string): string {
  const [name = "", ...value] = option.split("=");
  return value.length === 0 ? name : `${name}=${directiveValue(value.join("="))}`;
}

function commandArray(command: readonly string[], { scratch }: JobOptions): string {
  const words = command.map(word);
  if (scratch !== undefined) words.push("--scratch", expandedWord(scratch));
  return `command=(${words.join(" ")})`;
}

function stepOptions({ options, command }: Job): string {
  const { cpusPerTask, gpusPerNode } = options;
  const words: string[] = [];
  // Since SLURM 22.05, srun no longer inherits it from the job.
  if (cpusPerTask !== undefined) words.push(`--cpus-per-task=${cpusPerTask}`);
  // Each process of a prediction sees only its own GPU. Training processes exchange data between GPUs and must see all.
  const ownGpus = gpusPerNode !== undefined && tasksPerNode(options) > 1 && command[0] !== "train";
  if (ownGpus) words.push("--gpus-per-task=1");
  // A training process that hangs or whose node is lost would otherwise keep all nodes until the time limit, after the
  // others have named it and ended.
  if (command[0] === "train") words.push(`--wait=${WAIT_SECONDS}`);
  return words.map((text) => ` ${text}`).join("");
}

function requeueArguments({ options, runDirectory }: Job): string {
  return [
    word(runDirectory),
    "--exit-status=$?",
    `--notice=${noticeOf(options.signal)}`,
    `--max-requeues=${options.maxRequeues}`,
  ].join(" ");
}
