import { describe, expect, it } from "vitest";
import { shareOf } from "../../../src/slurm/share.js";

const JOB = { SLURM_JOB_ID: "7" };
const array = (id: number, min: number, count: number, step = 1) => ({
  ...JOB,
  SLURM_ARRAY_JOB_ID: "6",
  SLURM_ARRAY_TASK_ID: String(id),
  SLURM_ARRAY_TASK_MIN: String(min),
  SLURM_ARRAY_TASK_COUNT: String(count),
  SLURM_ARRAY_TASK_STEP: String(step),
});
const step = (rank: number, ranks: number) => ({
  ...JOB,
  SLURM_STEP_ID: "0",
  SLURM_PROCID: String(rank),
  SLURM_STEP_NUM_TASKS: String(ranks),
});

describe("shareOf", () => {
  it("is what the option says, wherever it runs", () => {
    expect(shareOf("3/16", array(0, 0, 4))).toEqual({ number: 3, of: 16 });
    expect(shareOf("none", array(0, 0, 4))).toBeNull();
    expect(shareOf(undefined, array(0, 0, 4))).toBeNull();
    expect(shareOf("1/1")).toBeNull();
  });

  it("is by itself the task's of an array, whatever its ids", () => {
    expect(shareOf("auto", array(7, 5, 4))).toEqual({ number: 3, of: 4 });
    expect(shareOf("auto", array(9, 5, 3, 2))).toEqual({ number: 3, of: 3 });
    expect(shareOf("auto", array(1, 1, 1))).toBeNull();
  });

  it("is by itself the rank's in a job step, and in the step of an array both multiply", () => {
    expect(shareOf("auto", step(1, 2))).toEqual({ number: 2, of: 2 });
    const all = [0, 1, 2].flatMap((id) =>
      [0, 1].map((rank) => shareOf("auto", { ...array(id, 0, 3), ...step(rank, 2) })),
    );
    expect(all).toEqual([1, 2, 3, 4, 5, 6].map((number) => ({ number, of: 6 })));
  });

  it("is everything outside of a job, and for a batch script that is one process", () => {
    expect(shareOf("auto", {})).toBeNull();
    expect(shareOf("auto", { ...JOB, SLURM_PROCID: "0", SLURM_NTASKS: "8" })).toBeNull();
  });

  it.each(["4/3", "0/3", "3", "1/10000", "a/b"])("refuses %s", (text) => {
    expect(() => shareOf(text)).toThrow(`--shard ${text}: there is no such share`);
  });
});
