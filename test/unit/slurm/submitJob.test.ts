import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { jobOptions } from "../../../src/options/slurm.js";
import { lastTask, requireArrayFits } from "../../../src/slurm/arrays.js";
import { queueOf, tasksOf } from "../../../src/slurm/jobTasks.js";
import { readSubmission } from "../../../src/slurm/runDirectory.js";
import { requirePassable } from "../../../src/slurm/sbatchFlags.js";
import { submitJob } from "../../../src/slurm/submitJob.js";
import { fakeSlurm } from "../../helpers/fakeSlurm.js";
import { temporaryFolder, writeTree } from "../../helpers/temporary.js";

const CONFIG = 'printf "ClusterName = here\\nMaxArraySize            = 4\\n"';

const submit = (runDir: string, options: object = {}) =>
  submitJob({
    options: jobOptions.parse({ runDir, ...options }),
    further: [],
    command: ["predict", "a.png"],
    program: ["deeplasia-native"],
    workingDirectory: "/tmp",
  });

describe("submit", () => {
  test("writes the script into a new folder, submits it and records the job", async () => {
    const calls = await fakeSlurm({ scontrol: CONFIG, sbatch: "echo '12;here'" });
    const folder = join(await temporaryFolder(), "a b");
    expect(await submit(folder)).toEqual({ jobId: "12", runDirectory: folder });
    expect(await calls()).toEqual(["scontrol show config", `sbatch --parsable ${folder}/job.sh`]);
    expect(await readFile(join(folder, "job.sh"), "utf8")).toContain("command=(predict a.png)");
    expect(await readSubmission(folder)).toMatchObject({
      jobId: "12",
      cluster: "here",
      command: ["predict", "a.png"],
    });
    // A second job does not overwrite the first.
    await expect(submit(folder)).rejects.toThrow(/is not empty/);
  });

  test("passes on sbatch's error and leaves no folder behind", async () => {
    const refusal = "echo 'sbatch: error: invalid partition specified: nope' >&2; exit 1";
    await fakeSlurm({ scontrol: CONFIG, sbatch: refusal });
    const folder = join(await temporaryFolder(), "job");
    const failure = submit(folder, { partition: "nope" });
    await expect(failure).rejects.toThrow("invalid partition specified: nope");
    await expect(failure).rejects.toMatchObject({
      code: "ERR_DEEPLASIA_SLURM",
      remedy: expect.stringMatching(/sinfo/),
    });
    expect(existsSync(folder)).toBe(false);
  });

  test.each([
    ["Invalid account or account/partition combination specified", /sacctmgr/],
    ["Batch job submission failed: Invalid qos specification", /sacctmgr/],
    ["Memory specification can not be satisfied", /`mem`/],
    ["Batch job submission failed: Requested node configuration is not available", /`mem`/],
    ["Requested time limit is invalid (missing or exceeds some limit)", /`time`/],
    ["Batch job submission failed: Invalid job array specification", /`array`/],
    ["Unable to contact slurm controller (connect failure)", /scontrol ping/],
  ])("has a remedy for sbatch's error: %s", async (said, remedy) => {
    await fakeSlurm({ scontrol: CONFIG, sbatch: `echo 'sbatch: error: ${said}' >&2; exit 1` });
    const failure = submit(join(await temporaryFolder(), "job"));
    await expect(failure).rejects.toMatchObject({
      code: "ERR_DEEPLASIA_SLURM",
      remedy: expect.stringMatching(remedy),
    });
  });

  test("refuses an array above the site's limit", async () => {
    const calls = await fakeSlurm({ scontrol: CONFIG, sbatch: "echo 1" });
    const folder = join(await temporaryFolder(), "job");
    await expect(submit(folder, { array: "1-4" })).rejects.toThrow(/task ids up to 3/);
    expect((await calls()).some((call) => call.startsWith("sbatch"))).toBe(false);
  });

  test("reports a missing SLURM command", async () => {
    await fakeSlurm({});
    const { PATH } = process.env;
    process.env.PATH = PATH!.split(":")[0];
    await expect(submit(join(await temporaryFolder(), "job"))).rejects.toThrow(
      /there is no scontrol on PATH/,
    );
    process.env.PATH = PATH;
  });
});

describe("a job's folder", () => {
  const folderOf = async (end = "") => {
    const folder = await temporaryFolder();
    const facts = { version: 1, jobId: "6", cluster: "here", command: ["predict"], workingDirectory: "/" };
    const record = { ...facts, script: join(folder, "job.sh"), submitted: "2026-01-01" };
    await writeTree(folder, {
      "slurm.json": JSON.stringify(record),
      ...(end === "" ? {} : { "6_2.ends.jsonl": end }),
    });
    return folder;
  };
  const tasks = async (folder: string) => tasksOf(folder, await readSubmission(folder));

  test("lists the tasks that SLURM knows and those that it has forgotten", async () => {
    const end = { time: "t", restarts: 0, exitStatus: 0, timeOut: false, requeued: false, why: "the end" };
    const folder = await folderOf(`${JSON.stringify(end)}\n{"time": "cut sh`);
    const script = join(folder, "job.sh");
    const lines = [`6_10|RUNNING|None|1:02|n[1-2]|${script}`, `6_9|PENDING|BeginTime|0:00||${script}`];
    await fakeSlurm({ squeue: `printf '%s\\n' '${lines.join("' '")}'` });
    expect(await tasks(folder)).toEqual([
      { name: "6_2", state: null, reason: null, elapsed: null, nodes: null, lastEnd: end },
      { name: "6_9", state: "PENDING", reason: "BeginTime", elapsed: "0:00", nodes: null, lastEnd: null },
      { name: "6_10", state: "RUNNING", reason: null, elapsed: "1:02", nodes: "n[1-2]", lastEnd: null },
    ]);
  });

  test("lists no tasks of a job that has left the queue", async () => {
    await fakeSlurm({ squeue: "echo 'slurm_load_jobs error: Invalid job id specified' >&2; exit 1" });
    expect(await tasks(await folderOf())).toEqual([]);
  });

  test("is not mistaken for another job with the same number", async () => {
    await fakeSlurm({ squeue: "echo '6|RUNNING|None|1:02|n1|/home/you/other.sh'" });
    const job = await readSubmission(await folderOf());
    await expect(queueOf(job)).rejects.toThrow(/job 6 is another job on this cluster: \/home\/you\/other.sh/);
  });

  test("must be one that `slurm submit` made", async () => {
    const folder = await temporaryFolder();
    await expect(readSubmission(folder)).rejects.toThrow(/`slurm submit` did not make/);
    await writeTree(folder, { "slurm.json": "{}" });
    await expect(readSubmission(folder)).rejects.toThrow(/slurm.json is not a valid record/);
  });
});

test("an array must end after it begins and fit the cluster's limit", () => {
  expect(["0-15", "0-15%4", "1-10:4", "3-3"].map(lastTask)).toEqual([15, 15, 9, 3]);
  expect(() => lastTask("5-1")).toThrow(/last task comes before the first/);
  expect(() => requireArrayFits("0-1000", 1001)).not.toThrow();
  expect(() => requireArrayFits("0-1001", 1001)).toThrow(/up to 1000/);
});

test("sbatch options are passed on by their long names, except those that the script sets", () => {
  expect(["--exclusive", "--gres=gpu:1", "--mail_type=END,FAIL"].map(requirePassable)).toEqual([
    ...["--exclusive", "--gres=gpu:1", "--mail-type=END,FAIL"],
  ]);
  for (const option of ["-w", "-n4", "--a b", "--comment=a\nb"])
    expect(() => requirePassable(option)).toThrow(/cannot be passed to sbatch/);
  expect(() => requirePassable("--no_requeue")).toThrow(/--no-requeue is set by the job script/);
});
