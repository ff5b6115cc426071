/** `slurm submit` and `slurm template`. */
import type { Command } from "commander";
import { DeeplasiaError } from "../errors.js";
import { readOptions } from "../options/flags.js";
import { type JobOptions, submitOptions } from "../options/slurm.js";
import { word } from "../slurm/quote.js";
import { requirePassable } from "../slurm/sbatchFlags.js";
import { slurmJobScript, submitSlurmJob } from "../slurm/slurmJobs.js";
import { shortTimeWarning } from "../slurm/timeLimit.js";
import { inFlags } from "./inFlags.js";
import { checkInner } from "./innerCheck.js";
import { parseInner, takesFlag } from "./innerCommand.js";

/** @param program a new one, that parses the command for the job. */
export async function submitCommand(
  words: readonly string[],
  submit: Command,
  program: Command,
): Promise<void> {
  const { command, further } = splitWords(words, submit);
  const { dryRun, ...options } = readOptions(submitOptions, submit.opts());
  const inner = await parseInner(
    program,
    options.scratch === undefined ? command : [...command, "--scratch", options.scratch],
  );
  requireShareable(inner.name, options);
  if (!options.skipDoctor) await checkInner(inner);
  const short = shortTimeWarning(options);
  if (short !== null) process.stderr.write(`warning: ${inFlags(short)}\n`);
  if (dryRun) {
    process.stdout.write(await slurmJobScript(command, { ...options, further }));
    return;
  }
  const { jobId, runDirectory } = await submitSlurmJob(command, { ...options, further });
  process.stderr.write(
    `submitted; \`deeplasia-native slurm status ${word(runDirectory)}\` shows how far it is\n`,
  );
  process.stdout.write(`${jobId}\n`);
}

/**
 * Splits the words that commander did not parse: options of sbatch, mixed with our own options after the first unknown one,
 * and then the command for the job.
 */
function splitWords(words: readonly string[], submit: Command): { command: string[]; further: string[] } {
  const further: string[] = [];
  let rest = [...words];
  while (rest[0]?.startsWith("-") && rest[0] !== "--") {
    further.push(requirePassable(rest[0]));
    const { operands, unknown } = submit.parseOptions(rest.slice(1));
    rest = [...operands, ...unknown];
  }
  return { command: rest[0] === "--" ? rest.slice(1) : rest, further };
}

/** Only `predict` shares its rows among the tasks of an array, and only `predict` and `train` use several processes. */
function requireShareable(name: string, options: JobOptions): void {
  const usage = (what: string, remedy: string) => new DeeplasiaError("ERR_DEEPLASIA_USAGE", what, { remedy });
  if (options.array !== undefined && name !== "predict")
    throw usage(`--array is for predict: each of its tasks would do all of ${name}`, "Leave it out.");
  const several = options.nodes > 1 || (options.ntasksPerNode ?? 1) > 1;
  if (several && name !== "predict" && name !== "train")
    throw usage(
      `${name} runs in one process; several would do the same work`,
      "Give --nodes=1 --ntasks-per-node=1.",
    );
}

/** The reference's `slurm_job_example.sh`: one GPU, 22 hours, pictures on the node's own disk. */
const TEMPLATE_OPTIONS = {
  jobName: "bone_age",
  gpusPerNode: "1",
  cpusPerTask: 32,
  mem: "30G",
  time: "22:00:00",
};
const TEMPLATE_COMMAND = [
  ...["train", "--name=bone_age", "--config=configs/defaults.yml", "--config=configs/cosine_annealing.yml"],
  ...[
    "--data.img_dir=images",
    '--data.mask_dirs=["masks/tensormask","masks/unet"]',
    "--model.dense_layers=[256]",
  ],
];

export async function templateCommand(program: Command): Promise<void> {
  const scratch = takesFlag(program, TEMPLATE_COMMAND, "--scratch") ? { scratch: "$TMPDIR" } : {};
  const options = { ...TEMPLATE_OPTIONS, ...scratch, runDir: "slurm/bone_age_0", further: ["--tmp=25G"] };
  process.stdout.write(await slurmJobScript(TEMPLATE_COMMAND, options));
}
