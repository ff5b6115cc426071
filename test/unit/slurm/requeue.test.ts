import { expect, test } from "vitest";
import { endsOf } from "../../../src/slurm/ends.js";
import { concludeJob, preemptedIn, secondsIn, verdictOf } from "../../../src/slurm/requeue.js";
import { slurmTask } from "../../../src/slurm/slurmTask.js";
import { fakeSlurm } from "../../helpers/fakeSlurm.js";
import { temporaryFolder } from "../../helpers/temporary.js";

const ended = (exitStatus: number, secondsLeft: number | null, timeOuts = 0, preempted = false) =>
  verdictOf({ exitStatus, secondsLeft, preempted, notice: 90, timeOuts, maxRequeues: 2 });

test("a job that timed out is requeued and counted, up to --max-requeues", () => {
  // SLURM may send the signal up to a minute early.
  for (const left of [0, 80, 149, null])
    expect(ended(138, left)).toMatchObject({
      requeued: true,
      timeOut: true,
      why: expect.stringContaining("time-out 1"),
    });
  expect(ended(138, 80, 1)).toMatchObject({ requeued: true, timeOut: true });
  const capped = ended(138, 80, 2);
  expect(capped).toMatchObject({ requeued: false, timeOut: true });
  expect(capped.why).toMatch(/time-out 3, `maxRequeues: 2`/);
});

test("a preemption with notice, or a signal sent by hand, requeues the job and is not counted", () => {
  for (const left of [3600, Number.POSITIVE_INFINITY])
    expect(ended(138, left, 2)).toMatchObject({ requeued: true, timeOut: false });
});

test("a preemption with a grace time requeues the job and is not counted, whatever is left of the grace time", () => {
  for (const status of [138, 143])
    for (const left of [0, 45, 3600])
      expect(ended(status, left, 2, true)).toMatchObject({
        requeued: true,
        timeOut: false,
        why: expect.stringContaining("preempted"),
      });
  // The command ended by itself, or something other than the preemption ended it.
  for (const status of [0, 1, 3, 130, 137]) expect(ended(status, 45, 0, true).requeued).toBe(false);
});

test("preemptedIn recognises a preemption of this start of the job", () => {
  const facts = (preempted: string) =>
    `JobId=1 Requeue=1 StartTime=2026-11-30T11:34:13 EndTime=2026-11-30T11:35:29 PreemptEligibleTime=2026-11-30T11:34:13 PreemptTime=${preempted} SuspendTime=None`;
  expect(preemptedIn(facts("2026-11-30T11:34:29"))).toBe(true);
  expect(preemptedIn(facts("None"))).toBe(false);
  // A preemption of an earlier start.
  expect(preemptedIn(facts("2026-11-30T10:34:29"))).toBe(false);
});

test("SIGTERM after the time limit is a time-out; before the limit it ends the job", () => {
  expect(ended(143, 0)).toMatchObject({
    requeued: true,
    timeOut: true,
    why: expect.stringContaining("more notice"),
  });
  expect(ended(143, 0, 2)).toMatchObject({ requeued: false, timeOut: true });
  expect(ended(143, 60)).toMatchObject({
    requeued: false,
    timeOut: false,
    why: expect.stringContaining("cancelled"),
  });
  expect(ended(143, null)).toMatchObject({ requeued: false });
});

test.each([
  [0, "exit status 0"],
  [1, "exit status 1"],
  [3, "exit status 3"],
  [130, "SIGINT"],
  [137, "memory"],
])("exit status %i ends the job, with the reason", (exitStatus, why) => {
  const verdict = ended(exitStatus, 10);
  expect(verdict).toMatchObject({ requeued: false, timeOut: false });
  expect(verdict.why).toContain(why);
});

test("secondsIn parses squeue's time left", () => {
  const texts = ["0:05", "1:02\n", "2:00:01", "1-00:00:00", "UNLIMITED", "INVALID", "NOT_SET", ""];
  expect(texts.map(secondsIn)).toEqual([5, 62, 7201, 86_400, Number.POSITIVE_INFINITY, 0, null, null]);
});

test("each task of an array counts its own time-outs in the job's folder", async () => {
  const calls = await fakeSlurm({ squeue: "echo 1:00", scontrol: "" });
  const folder = await temporaryFolder();
  const env = { SLURM_ARRAY_JOB_ID: "6", SLURM_ARRAY_TASK_COUNT: "4", SLURM_JOB_ID: "8" };
  process.env.SLURM_ARRAY_TASK_ID = "3";
  const conclude = () => {
    const task = slurmTask({ ...env, SLURM_ARRAY_TASK_ID: "3" })!;
    return concludeJob({ folder, task, exitStatus: 138, notice: 90, maxRequeues: 1 });
  };
  expect(await conclude()).toMatchObject({ requeued: true, timeOut: true });
  expect(await conclude()).toMatchObject({ requeued: false, timeOut: true });
  delete process.env.SLURM_ARRAY_TASK_ID;
  expect((await endsOf(folder, "6_3")).map(({ requeued }) => requeued)).toEqual([true, false]);
  expect(await endsOf(folder, "6_2")).toEqual([]);
  const requeued = (await calls()).filter((call) => call.startsWith("scontrol"));
  expect(requeued.filter((call) => call.includes("requeue"))).toEqual(["scontrol requeue 6_3"]);
});
