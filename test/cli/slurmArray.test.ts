/** An array on a real cluster; skipped where there is none. */
import { execFileSync, spawnSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { program, runCli } from "../helpers/cli.js";
import { cohortArguments, halves, writeCohort } from "../helpers/pictures.js";
import { temporaryFolder } from "../helpers/temporary.js";
import { fixture } from "../helpers/testData.js";

const hasCluster = answers("sinfo", "--noheader", "--states=idle,mixed,alloc");

function answers(command: string, ...args: string[]): boolean {
  try {
    return execFileSync(command, args, { stdio: ["ignore", "pipe", "ignore"] }).length > 0;
  } catch {
    return false;
  }
}

// It needs sbatch and a running cluster (SLURM_CONF).
test.skipIf(!hasCluster)("an array of four writes what a single process writes", async () => {
  const folder = await temporaryFolder();
  const bytes = await halves(120, 60);
  await writeCohort(
    folder,
    Array.from({ length: 70 }, (_, i) => ({ image: `${i}.png`, ...(i === 40 ? {} : { bytes }) })),
  );
  const args = cohortArguments(folder, fixture("models/mean-plus-sex.pt"), "--scratch", folder);
  const output = join(folder, "out.csv");
  const script = join(folder, "array.sbatch");
  const words = [process.execPath, program, ...args].map((word) => `'${word}'`).join(" ");
  await writeFile(script, `#!/bin/bash\n${words}\n`);
  const log = `--output=${folder}/log-%a.txt`;
  // It ends with the code of the task that joins: 3, for the row that failed.
  const { status } = spawnSync("sbatch", ["--wait", "--array=5-8", "--mem=1000", log, script]);
  expect(status).toBe(3);
  const joined = [await readFile(output, "utf8"), await readFile(`${output}.failures.csv`, "utf8")];
  expect((await runCli([...args, "--shard", "none"])).code).toBe(3);
  expect(joined).toEqual([await readFile(output, "utf8"), await readFile(`${output}.failures.csv`, "utf8")]);
});
