import { describe, expect, it } from "vitest";
import { slurmTask } from "../../../src/slurm/slurmTask.js";

const JOB = {
  SLURM_JOB_ID: "7",
  SLURMD_NODENAME: "n1",
  SLURM_JOB_NODELIST: "n[1-2]",
  SLURM_JOB_NUM_NODES: "2",
};
const ARRAY = { ...JOB, SLURM_ARRAY_JOB_ID: "6", SLURM_ARRAY_TASK_COUNT: "3", SLURM_ARRAY_TASK_MIN: "5" };

describe("slurmTask", () => {
  it("returns null outside a job", () => {
    expect(slurmTask({})).toBeNull();
    expect(slurmTask({ SLURM_JOB_ID: "" })).toBeNull();
  });

  it("distinguishes a batch script from the tasks that srun starts", () => {
    const batch = { ...JOB, SLURM_PROCID: "0", SLURM_NTASKS: "2", SLURM_RESTART_COUNT: "1" };
    expect(slurmTask(batch)).toMatchObject({ jobId: "7", restarts: 1, nodes: 2, node: "n1", step: null });
    const step = {
      ...batch,
      SLURM_STEP_ID: "0",
      SLURM_PROCID: "1",
      SLURM_STEP_NUM_TASKS: "2",
      SLURM_NODEID: "1",
      SLURM_STEP_NODELIST: "n[1-2]",
    };
    const place = { id: "0", rank: 1, ranks: 2, localRank: 0, nodeIndex: 1, nodeList: "n[1-2]" };
    expect(slurmTask(step)?.step).toEqual({ ...place, tasksPerNode: null });
    const spread = { ...step, SLURM_STEP_TASKS_PER_NODE: "2(x3),1" };
    expect(slurmTask(spread)?.step?.tasksPerNode).toEqual([2, 2, 2, 1]);
  });

  it("returns the ids of an array's tasks", () => {
    const array = slurmTask({ ...ARRAY, SLURM_ARRAY_TASK_ID: "7", SLURM_ARRAY_TASK_STEP: "2" })?.array;
    expect(array).toEqual({ jobId: "6", id: 7, first: 5, step: 2, count: 3 });
    // A list of ids has no step that fits; the task is returned nevertheless, because `slurm requeue` needs it.
    expect(slurmTask({ ...ARRAY, SLURM_ARRAY_TASK_ID: "11" })?.array).toMatchObject({ id: 11 });
  });

  it("names a variable that is not a number", () => {
    expect(() => slurmTask({ ...JOB, SLURM_PROCID: "x" })).toThrow(/SLURM_PROCID is "x"/);
  });
});
