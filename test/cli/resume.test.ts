import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { lockOutput } from "../../src/predictionFiles/outputLock.js";
import { runCli } from "../helpers/cli.js";
import { cohortArguments, halves, writeCohort } from "../helpers/pictures.js";
import { temporaryFolder } from "../helpers/temporary.js";
import { fixture } from "../helpers/testData.js";

const model = fixture("models/mean-plus-sex.pt");
const ROWS = 400;

/** A cohort in which some rows fail, so that both output files matter. */
async function cohort(folder: string): Promise<string> {
  const pictures = await Promise.all([60, 120, 180].map((value) => halves(value, 300)));
  const rows = Array.from({ length: ROWS }, (_, i) => ({
    image: `${i}.png`,
    sex: i % 3 === 0 ? "M" : "F",
    ...(i % 37 === 5 ? {} : { bytes: pictures[i % 3]! }),
  }));
  await writeCohort(folder, rows);
  return folder;
}

async function outputs(folder: string): Promise<[string, string]> {
  return [
    await readFile(join(folder, "out.csv"), "utf8"),
    await readFile(join(folder, "out.csv.failures.csv"), "utf8"),
  ];
}

describe("an interrupted run", () => {
  let expected: [string, string];

  beforeAll(async () => {
    const folder = await cohort(await mkdtemp(join(tmpdir(), "deeplasia-test-")));
    expect(await runCli(cohortArguments(folder, model))).toMatchObject({ code: 3 });
    const [csv, failures] = await outputs(folder);
    expected = [csv, failures.replaceAll(folder, "")];
    await rm(folder, { recursive: true });
  });

  const expectSame = async (folder: string) => {
    const [csv, failures] = await outputs(folder);
    expect(csv).toBe(expected[0]);
    expect(failures.replaceAll(folder, "")).toBe(expected[1]);
    expect((await readdir(folder)).filter((name) => name.startsWith("out.csv")).sort()).toEqual([
      "out.csv",
      "out.csv.failures.csv",
      "out.csv.provenance.json",
    ]);
  };

  test("killed with -9 again and again gives the same bytes in the end", async () => {
    const folder = await cohort(await temporaryFolder());
    let killed = 0;
    // Ever later, in proportion: the same number of kills on a fast machine and on a busy one.
    for (let milliseconds = 350; ; milliseconds *= 1.2) {
      const signal = "SIGKILL" as const;
      const result = await runCli(cohortArguments(folder, model, "--resume"), {
        killAfter: { milliseconds, signal },
      });
      if (result.signal === null) {
        expect(result.code).toBe(3);
        break;
      }
      killed++;
      // Under its final name there is nothing, or the whole: the kill may come after the renaming.
      const final = await readFile(join(folder, "out.csv"), "utf8").catch(() => expected[0]);
      expect(final).toBe(expected[0]);
    }
    expect(killed).toBeGreaterThan(0);
    await expectSame(folder);
  });

  // A job that SLURM has started again is not told to resume.
  const restarted = { SLURM_JOB_ID: "7", SLURM_RESTART_COUNT: "1" };
  test.each([
    ["SIGTERM", 143, ["--resume"], {}],
    ["SIGINT", 130, ["--resume"], {}],
    ["SIGUSR1", 138, ["--overwrite"], restarted],
  ] as const)("%s finishes the current batch, and the next run resumes", async (signal, code, flags, env) => {
    const folder = await cohort(await temporaryFolder());
    const args = cohortArguments(
      folder,
      model,
      "--progress",
      "json",
      "--batch_size",
      "8",
      "--num_workers",
      "2",
    );
    let sent = false;
    const stopped = await runCli(args, {
      onStderr(text, kill) {
        if (!sent && text.includes('"done"')) kill(signal);
        sent ||= text.includes('"done"');
      },
    });
    expect(stopped.code).toBe(code);
    expect(stopped.stderr).toContain("--resume");

    if (signal === "SIGTERM") {
      const again = await runCli(args);
      expect(again).toMatchObject({ code: 2, stderr: expect.stringMatching(/--resume.*--overwrite/s) });
      const other = await runCli([...args, "--resume", "--flip"]);
      expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining("flip") });
    }

    const resumed = await runCli([...args, ...flags], { env });
    expect(resumed.code).toBe(3);
    expect(resumed.stderr).toMatch(/resuming after \d+ of 400 rows/);
    const [csv, failures] = await outputs(folder);
    expect([csv, failures.replaceAll(folder, "")]).toEqual(expected);
  });

  test("is discarded with --overwrite", async () => {
    const folder = await cohort(await temporaryFolder());
    await writeFile(join(folder, "out.csv.partial"), "left over\n");
    expect(await runCli(cohortArguments(folder, model))).toMatchObject({ code: 2 });
    expect(await runCli(cohortArguments(folder, model, "--overwrite"))).toMatchObject({ code: 3 });
    await expectSame(folder);
  });

  test("an output that continues elsewhere is not changed", async () => {
    const folder = await cohort(await temporaryFolder());
    const partial = join(folder, "out.csv.partial");
    await writeFile(partial, "of the other\n");
    const other = await lockOutput({ path: join(folder, "out.csv") });
    for (const flag of ["--resume", "--overwrite"]) {
      const { code, stderr } = await runCli(cohortArguments(folder, model, flag));
      expect(stderr).toContain(`out.csv is in use by process ${process.pid} on`);
      expect(code).toBe(1);
      expect(await readFile(partial, "utf8")).toBe("of the other\n");
    }
    await other.release();
    expect(await runCli(cohortArguments(folder, model, "--overwrite"))).toMatchObject({ code: 3 });
    await expectSame(folder);
  });
});
