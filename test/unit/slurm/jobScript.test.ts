import { execFileSync } from "node:child_process";
import { chmod } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { jobOptions } from "../../../src/options/slurm.js";
import { type Job, jobScript } from "../../../src/slurm/jobScript.js";
import { expandedWord } from "../../../src/slurm/quote.js";
import { temporaryFolder, writeTree } from "../../helpers/temporary.js";

const job = (options: object, more: Partial<Job> = {}): Job => ({
  options: jobOptions.parse(options),
  further: [],
  command: ["predict", "a b.png", "--sex", "F"],
  program: ["/usr/bin/node", "/opt/deeplasia/bin.cjs"],
  workingDirectory: "/home/me",
  runDirectory: "/home/me/slurm/50% off",
  ...more,
});

/** Returns the words that bash passes to `printf '%s\0'`. */
function wordsOf(script: string, env: Record<string, string> = {}): string[] {
  return execFileSync("bash", { input: script, env: { PATH: process.env.PATH, ...env }, encoding: "utf8" })
    .split("\0")
    .slice(0, -1);
}

describe("a job's script", () => {
  test("is recorded here", () => {
    const options = {
      ...{ nodes: 2, gpusPerNode: "a100:4", cpusPerTask: 8, mem: "32G", time: "8:00:00", partition: "gpu" },
      ...{ array: "0-15%4", account: "lab", constraint: "[a|b]", qos: "long", signal: "USR1@120" },
      ...{ setup: "module load cuda", scratch: "/scratch/$USER/x y", maxRequeues: 3 },
    };
    expect(jobScript(job(options, { further: ["--exclusive", "--comment=a=b c"] }))).toBe(`#!/bin/bash
#SBATCH --job-name=predict
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=4
#SBATCH --gpus-per-node=a100:4
#SBATCH --cpus-per-task=8
#SBATCH --mem=32G
#SBATCH --time=8:00:00
#SBATCH --partition=gpu
#SBATCH --array=0-15%4
#SBATCH --account=lab
#SBATCH --constraint="[a|b]"
#SBATCH --qos=long
#SBATCH --signal=USR1@120
#SBATCH --exclusive
#SBATCH --comment="a=b c"
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --chdir=/home/me
#SBATCH --output="/home/me/slurm/50%% off/%A_%a.out"

set -e
module load cuda
set +e

deeplasia=(/usr/bin/node /opt/deeplasia/bin.cjs)
command=(predict 'a b.png' --sex F --scratch "/scratch/$USER/x y")
step=(srun --cpus-per-task=8 --gpus-per-task=1)

# The command runs as a job step, because SLURM's signals reach steps, not this shell.
# The shell ignores SIGTERM, so that it outlives the step and passes on its exit status.
trap : TERM
"\${step[@]}" "\${deeplasia[@]}" slurm doctor "\${command[@]}" &&
"\${step[@]}" "\${deeplasia[@]}" "\${command[@]}"

# Requeues the job if its time limit ended it.
exec "\${deeplasia[@]}" slurm requeue '/home/me/slurm/50% off' --exit-status=$? --notice=120 --max-requeues=3
`);
  });

  test("passes every text on unchanged: spaces, quotes, line breaks, dollars", async () => {
    const folder = await temporaryFolder();
    await writeTree(folder, { srun: '#!/bin/sh\nexec "$@"\n' });
    await chmod(join(folder, "srun"), 0o755);
    const nasty = [
      "",
      " ",
      "it's",
      '"',
      "a\nb\n",
      "$HOME",
      "`id`",
      "\\",
      "!!",
      "*",
      "~",
      "-n",
      "é\u2028",
      "#",
      "a;b",
    ];
    // fast-check's own unit `binary` takes seconds to set up.
    const codePoint = fc.oneof(
      fc.integer({ min: 1, max: 0xd7ff }),
      fc.integer({ min: 0xe000, max: 0x10ffff }),
    );
    const text = fc.string({ unit: codePoint.map((code) => String.fromCodePoint(code)), maxLength: 12 });
    const command = [...nasty, ...fc.sample(text, 100)];
    const runDirectory = "/a 'b' $c";
    const script = jobScript(
      job({ skipDoctor: true }, { command, program: ["printf", "%s\\0"], runDirectory }),
    );
    const words = wordsOf(script, { PATH: `${folder}:${process.env.PATH}` });
    expect(words).toEqual([
      ...command,
      ...["slurm", "requeue", runDirectory, "--exit-status=0", "--notice=90", "--max-requeues=10"],
    ]);
  });
});

test("expandedWord expands variables and nothing else", () => {
  const env: Record<string, string> = { A: "1 2", USER: "me's" };
  const pieces = fc.constantFrom(
    "$A",
    "$" + "{USER}",
    "$NONE",
    "$",
    "$(id)",
    "`id`",
    '"',
    "'",
    "\\",
    "${",
    "}",
    "$1",
    " ",
  );
  const texts = fc.sample(fc.array(pieces, { maxLength: 8 }), 100).map((words) => words.join(""));
  const words = wordsOf(`printf '%s\\0' ${texts.map(expandedWord).join(" ")}`, env);
  const expanded = texts.map((text) =>
    text.replaceAll(
      /\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})/g,
      (_, plain, braced) => env[plain ?? braced] ?? "",
    ),
  );
  expect(words).toEqual(expanded);
});
