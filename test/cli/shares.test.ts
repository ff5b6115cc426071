/** `predict` in shares and `merge`, as a user runs them. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runCli } from "../helpers/cli.js";
import { cohortArguments, halves, writeCohort } from "../helpers/pictures.js";
import { temporaryFolder } from "../helpers/temporary.js";
import { fixture } from "../helpers/testData.js";

const model = fixture("models/mean-plus-sex.pt");

test("tasks of an array write their shares; the last one joins them to the bytes of a single process", async () => {
  const folder = await temporaryFolder();
  const bytes = await halves(120, 60);
  const rows = Array.from({ length: 40 }, (_, i) => ({
    image: `${i}.png`,
    sex: i % 2 === 0 ? "F" : "M",
    ...(i === 30 ? {} : { bytes }),
  }));
  await writeCohort(folder, rows);
  const outputs = async () => [
    await readFile(join(folder, "out.csv"), "utf8"),
    await readFile(join(folder, "out.csv.failures.csv"), "utf8"),
  ];
  const args = cohortArguments(folder, model, "--scratch", folder);
  const task = (id: string) => ({
    env: {
      SLURM_JOB_ID: "7",
      SLURM_ARRAY_JOB_ID: "7",
      SLURM_ARRAY_TASK_ID: id,
      SLURM_ARRAY_TASK_MIN: "5",
      SLURM_ARRAY_TASK_COUNT: "2",
    },
  });
  const first = await runCli(args, task("5"));
  expect(first).toMatchObject({ code: 0, stderr: expect.stringMatching(/1 of 2 are, missing: 2/) });
  expect(first.stderr).toContain("16 files copied");
  expect(existsSync(join(folder, "out.csv"))).toBe(false);

  const early = await runCli(["merge", join(folder, "out.csv")]);
  expect(early).toMatchObject({ code: 1, stderr: expect.stringMatching(/missing or not complete: 2\n/) });
  const command = early.stderr.trim().split("\n").at(-1)!.trim();
  expect(command).toMatch(/^deeplasia-native predict .* --shard 2\/2$/);

  // The command that the message names, to the letter: no name here needs quotes.
  const last = await runCli(command.split(" ").slice(1));
  expect(last).toMatchObject({ code: 3, stderr: expect.stringContaining("39 of 40 rows predicted") });
  const joined = await outputs();

  const whole = await runCli([...args, "--shard", "none"], task("5"));
  expect(whole.code).toBe(3);
  expect(joined).toEqual(await outputs());
  expect((await runCli([...args, "--shard", "3/2"])).code).toBe(2);
});
