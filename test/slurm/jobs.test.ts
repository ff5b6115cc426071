import { execFileSync } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";
import { endsOf } from "../../src/slurm/ends.js";
import { outputsIn } from "../../src/slurm/runDirectory.js";
import { runCli } from "../helpers/cli.js";
import { describeOnCluster } from "../helpers/slurmCluster.js";
import { temporaryFolder } from "../helpers/temporary.js";

async function until<T>(look: () => Promise<T | undefined | false>): Promise<T> {
  for (;;) {
    const found = await look().catch(() => undefined);
    if (found) return found;
    await setTimeout(300);
  }
}

describeOnCluster("a job of a real cluster", () => {
  test("is stopped by SIGUSR1 through SLURM, queued again, and goes on to its end", async () => {
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
    // A job that is queued again waits for two minutes otherwise.
    const state = ["--noheader", `--jobs=${job}`, "--format=%T %r"];
    await until(async () => execFileSync("squeue", state, { encoding: "utf8" }) === "PENDING BeginTime\n");
    execFileSync("scontrol", ["update", `jobid=${job}`, "StartTime=now"]);
    const ends = await until(async () => (await endsOf(folder, job)).length > 1 && endsOf(folder, job));
    expect(ends[1]).toMatchObject({ exitStatus: 0, requeued: false, restarts: 1 });
    expect(await readdir(join(cwd, "a b/$x/images"))).toHaveLength(60);

    const [output = ""] = await outputsIn(folder);
    const text = await readFile(output, "utf8");
    expect(text).toMatch(/ok +signals: SIGUSR1 to this step arrives/);
    expect(text).toContain(`slurm: job ${job} is queued again: SIGUSR1 came`);
    expect(text).toContain("written: 60 pictures");
    const status = await runCli(["slurm", "status", folder], { cwd });
    expect(status.stdout).toMatch(new RegExp(`^${job} .*last ended with 0`, "m"));
  });
});
