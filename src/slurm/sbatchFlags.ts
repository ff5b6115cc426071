/** Options that `slurm submit` does not know and passes to sbatch unchanged. */
import { DeeplasiaError } from "../errors.js";

/** Options that the job script sets itself, each with what to do instead. */
const OWN: Record<string, string> = {
  output: "Output goes to the folder of the job; choose it with `runDir`.",
  error: "Output goes to the folder of the job; choose it with `runDir`.",
  "open-mode": "It is append, so that a requeued job keeps its earlier output.",
  chdir: "A job runs in the folder where it was submitted.",
  requeue: "Every job may be requeued; `maxRequeues: 0` prevents it.",
  "no-requeue": "Give `maxRequeues: 0`.",
  ntasks: "Give `nodes` and `ntasksPerNode`.",
  wrap: "Give the command itself.",
  parsable: "stdout always has the job's number alone.",
  "test-only":
    "`deeplasia-native slurm template` (slurmJobScript) prints the script, which `sbatch --test-only` accepts.",
  wait: "`slurm status` shows the state of the job.",
};

/** Returns the option as sbatch spells it. Throws ERR_DEEPLASIA_OPTION for one that cannot be passed on. */
export function requirePassable(option: string): string {
  const [, name] = /^--([a-z][a-z0-9_-]*)(=[^\p{Cc}]*)?$/su.exec(option) ?? [];
  if (name === undefined) {
    throw new DeeplasiaError("ERR_DEEPLASIA_OPTION", `${JSON.stringify(option)} cannot be passed to sbatch`, {
      remedy: "Give sbatch options by their long names, on one line, with = before a value: `--gres=gpu:1`.",
    });
  }
  const plain = name.replaceAll("_", "-");
  const remedy = OWN[plain];
  if (remedy !== undefined)
    throw new DeeplasiaError("ERR_DEEPLASIA_OPTION", `--${plain} is set by the job script itself`, {
      remedy,
    });
  return option.replace(name, plain);
}
