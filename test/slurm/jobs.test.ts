import { execFileSync, spawnSync } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { endsOf } from "../../src/slurm/ends.js";
import { outputsIn } from "../../src/slurm/runDirectory.js";
import { runCli } from "../helpers/cli.js";
import { describeOnCluster, until } from "../helpers/slurmCluster.js";
import { temporaryFolder } from "../helpers/temporary.js";

/** Starts a requeued job at once; otherwise it waits for two minutes. */
async function startAgain(job: string): Promise<void> {
  const state = ["--noheader", `--jobs=${job}`, "--format=%T %r"];
  await until(async () => execFileSync("squeue", state, { encoding: "utf8" }) === "PENDING BeginTime\n");
  execFileSync("scontrol", ["update", `jobid=${job}`, "StartTime=now"]);
}

describeOnCluster("a job on a real cluster", () => {
  test("is stopped by SIGUSR1 through SLURM, requeued, and resumes to its end", async () => {
    const cwd = await temporaryFolder();
    const folder = join(cwd, `odd 50% "it's" #1`);
    const phantom = ["phantom", "--out=a b/$x", "--n=60", "--sizes=300", "--num-workers=1"];
    const resources = ["--time=10", "--job-name", `it's a "name"`, "--comment=a b", `--run-dir=${folder}`];
    const submitted = await runCli(["slurm", "submit", ...resources, ...phantom], { cwd });
    expect(submitted, submitted.stderr).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\n$/) });
    const job = submitted.stdout.trim();

    await until(async () => (await readdir(join(cwd, "a b/$x/images"))).length > 1);
    execFileSync("scancel", ["--signal=USR1", job]);
    const [first] = await until(async () => (await endsOf(folder, job)).length > 0 && endsOf(folder, job));
    expect(first).toMatchObject({ exitStatus: 138, requeued: true, timeOut: false, restarts: 0 });
    await startAgain(job);
    const ends = await until(async () => (await endsOf(folder, job)).length > 1 && endsOf(folder, job));
    expect(ends[1]).toMatchObject({ exitStatus: 0, requeued: false, restarts: 1 });
    expect(await readdir(join(cwd, "a b/$x/images"))).toHaveLength(60);

    const [output = ""] = await outputsIn(folder);
    const text = await readFile(output, "utf8");
    expect(text).toMatch(/ok +signals: SIGURG to this step arrived/);
    expect(text).toMatch(new RegExp(`slurm: job ${job} is .*: it got SIGUSR1`));
    expect(text).toContain("written: 60 pictures");
    const status = await runCli(["slurm", "status", folder], { cwd });
    expect(status.stdout).toMatch(new RegExp(`^${job} .*last ended with 0`, "m"));
  });
});

/** Returns a partition whose jobs may be preempted with a grace time, and one of higher priority; null if there is none. */
function partitions(): { low: string; high: string } | null {
  const { stdout = "" } = spawnSync("scontrol", ["show", "partition", "--oneliner"], { encoding: "utf8" });
  const all = (stdout ?? "").split("\n").map((line) => {
    const value = (name: string) => new RegExp(`\\b${name}=(\\S+)`).exec(line)?.[1] ?? "";
    const [tier, grace] = [Number(value("PriorityTier")), Number(value("GraceTime"))];
    return { name: value("PartitionName"), tier, grace, requeues: value("PreemptMode") === "REQUEUE" };
  });
  const low = all.find(({ grace, requeues }) => grace >= 30 && requeues);
  const high = all.find(({ tier }) => low !== undefined && tier > low.tier);
  return low === undefined || high === undefined ? null : { low: low.name, high: high.name };
}

const found = partitions();
const name = "a job that is preempted with a grace time";

describe.skipIf(found === null)(
  found === null ? `${name} (skipped: no cluster with PreemptMode=REQUEUE and GraceTime)` : name,
  () => {
    test("saves, is requeued, and resumes to its end", async () => {
      const { low, high } = found!;
      const cwd = await temporaryFolder();
      const folder = join(cwd, "run");
      const phantom = ["phantom", "--out=hands", "--n=300", "--sizes=300", "--num-workers=1"];
      const resources = ["--time=10", `--partition=${low}`, "--exclusive", `--run-dir=${folder}`];
      const submitted = await runCli(["slurm", "submit", ...resources, ...phantom], { cwd });
      expect(submitted, submitted.stderr).toMatchObject({ code: 0 });
      const job = submitted.stdout.trim();
      await until(async () => (await readdir(join(cwd, "hands/images"))).length > 1);

      // A job on all nodes preempts the other one.
      const nodes = execFileSync("sinfo", ["--noheader", `--partition=${high}`, "--format=%D"], {
        encoding: "utf8",
      });
      const urgent = [
        "--parsable",
        `--partition=${high}`,
        `--nodes=${Number(nodes)}`,
        "--exclusive",
        "--time=5",
      ];
      execFileSync("sbatch", [...urgent, "--output=/dev/null", "--wrap=sleep 3"]);
      const [first] = await until(async () => (await endsOf(folder, job)).length > 0 && endsOf(folder, job));
      expect(first).toMatchObject({ requeued: true, timeOut: false, restarts: 0 });
      expect(first!.why).toMatch(/a job of higher priority preempted it/);

      await startAgain(job);
      await until(async () => (await endsOf(folder, job)).length > 1);
      const [, second] = await endsOf(folder, job);
      expect(second).toMatchObject({ exitStatus: 0, requeued: false, restarts: 1 });
      expect(await readdir(join(cwd, "hands/images"))).toHaveLength(300);
      const [output = ""] = await outputsIn(folder);
      expect(await readFile(output, "utf8")).toContain("written: 300 pictures");
    });
  },
);
