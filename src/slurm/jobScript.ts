/** The script of a job, from its options alone. */
import { join } from "node:path";
import { flagName } from "../options/flags.js";
import { type JobOptions, jobOptions, noticeOf, SBATCH_KEYS } from "../options/slurm.js";
import { directiveValue, expandedWord, word } from "./quote.js";

export interface Job {
  options: JobOptions;
  /** Further options of sbatch, as they are written: `--exclusive`, `--gres=gpu:1`. */
  further: readonly string[];
  /** What runs: `["predict", "hand.png", …]`. */
  command: readonly string[];
  /** How this program is started: `["/usr/bin/node", "/opt/…/bin.cjs"]`. */
  program: readonly string[];
  /** Absolute: where the job runs, and where its output goes. */
  workingDirectory: string;
  runDirectory: string;
}

/**
 * A script for sbatch. The command runs under srun, as a job step, since that is whom SLURM's signals reach; the shell
 * waits for it, and `slurm requeue` decides from its exit status whether the job is queued again.
 */
export function jobScript(job: Job): string {
  const { options, command, program } = job;
  const run = [`${all("step")} ${all("deeplasia")} ${all("command")}`];
  // Tasks, devices, signals and the network, before anything is read.
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
      "# As a job step: SLURM's signals reach steps, not this shell, which outlives the step to tell how it ended.",
      "trap : TERM",
      ...run,
    ],
    [
      "# If its time limit ended it, the job is queued again.",
      `exec ${all("deeplasia")} slurm requeue ${requeueArguments(job)}`,
    ],
  ];
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

/** All words of an array of bash. */
const all = (name: string) => `"\${${name}[@]}"`;

/** How long srun waits for the other processes of a training once one has ended. */
const WAIT_SECONDS = 30;

/** Processes of a node: one a GPU, and without GPUs one. */
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
  // In the name of an output file % begins a number of SLURM's.
  const output = join(
    runDirectory.replaceAll("%", "%%"),
    `${options.array === undefined ? "%j" : "%A_%a"}.out`,
  );
  return [
    ...known,
    ...further.map(furtherDirective),
    // Without it, SLURM would refuse to queue the job again; and what it had written would be lost.
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
  // Since SLURM 22.05 srun does not take it over from the job.
  if (cpusPerTask !== undefined) words.push(`--cpus-per-task=${cpusPerTask}`);
  // Each process of a prediction sees its own GPU. Those of a training talk to each other's, and must see them all.
  const ownGpus = gpusPerNode !== undefined && tasksPerNode(options) > 1 && command[0] !== "train";
  if (ownGpus) words.push("--gpus-per-task=1");
  // A process of a training that is frozen, or on a lost node, would keep all nodes until the time limit after the
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
