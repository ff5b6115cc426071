/** Options of sbatch that `slurm submit` has none of its own for: handed on as they are. */
import { DeeplasiaError } from "../errors.js";

/** What the script decides itself, and what to use instead. */
const OWN: Record<string, string> = {
  output: "Output goes into the folder of the job: --run-dir.",
  error: "Output goes into the folder of the job: --run-dir.",
  "open-mode": "It is append, so that a job that is queued again keeps what it had written.",
  chdir: "A job runs in the folder where it was submitted.",
  requeue: "A job may always be queued again; --max-requeues=0 does so never.",
  "no-requeue": "--max-requeues=0 queues it again never.",
  ntasks: "Give --nodes and --ntasks-per-node.",
  wrap: "Give the command itself.",
  parsable: "The job's number is all that is printed on stdout.",
  "test-only": "--dry-run prints the script; `sbatch --test-only` takes it.",
  wait: "`slurm status` tells how far it is.",
};

/** Throws ERR_DEEPLASIA_OPTION for what cannot be handed on. */
export function requirePassable(option: string): string {
  const [, name] = /^--([a-z][a-z0-9_-]*)(=[^\p{Cc}]*)?$/su.exec(option) ?? [];
  if (name === undefined) {
    throw new DeeplasiaError(
      "ERR_DEEPLASIA_OPTION",
      `${JSON.stringify(option)} cannot be handed on to sbatch`,
      {
        remedy:
          "Options of sbatch are given by their long names on one line, with = before a value: --gres=gpu:1.",
      },
    );
  }
  const plain = name.replaceAll("_", "-");
  const remedy = OWN[plain];
  if (remedy !== undefined)
    throw new DeeplasiaError("ERR_DEEPLASIA_OPTION", `--${plain} is decided by the script itself`, {
      remedy,
    });
  return option.replace(name, plain);
}
