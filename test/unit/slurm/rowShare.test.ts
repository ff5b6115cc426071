import { describe, expect, it } from "vitest";
import { arrayLayout, shareAgain, shareOf } from "../../../src/slurm/rowShare.js";
import { slurmTask } from "../../../src/slurm/slurmTask.js";

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
  it("returns the share that the option names, in and outside a job", () => {
    expect(shareOf("3/16", array(0, 0, 4))).toEqual({ number: 3, of: 16 });
    expect(shareOf("none", array(0, 0, 4))).toBeNull();
    expect(shareOf(undefined, array(0, 0, 4))).toBeNull();
    expect(shareOf("1/1")).toBeNull();
  });

  it("returns for auto the share of the array task, whatever its ids", () => {
    expect(shareOf("auto", array(7, 5, 4))).toEqual({ number: 3, of: 4 });
    expect(shareOf("auto", array(9, 5, 3, 2))).toEqual({ number: 3, of: 3 });
    expect(shareOf("auto", array(1, 1, 1))).toBeNull();
  });

  it("returns for auto the share of the rank in a job step, multiplied with the tasks of an array", () => {
    expect(shareOf("auto", step(1, 2))).toEqual({ number: 2, of: 2 });
    const all = [0, 1, 2].flatMap((id) =>
      [0, 1].map((rank) => shareOf("auto", { ...array(id, 0, 3), ...step(rank, 2) })),
    );
    expect(all).toEqual([1, 2, 3, 4, 5, 6].map((number) => ({ number, of: 6 })));
  });

  it("returns all rows outside a job and in a batch script, which is one process", () => {
    expect(shareOf("auto", {})).toBeNull();
    expect(shareOf("auto", { ...JOB, SLURM_PROCID: "0", SLURM_NTASKS: "8" })).toBeNull();
  });

  it("refuses an array whose ids are not evenly spaced", () => {
    expect(() => shareOf("auto", array(11, 5, 3))).toThrow(/not evenly spaced: task 11 of 3/);
  });

  it.each(["4/3", "0/3", "3", "1/10000", "a/b"])("refuses %s", (text) => {
    expect(() => shareOf(text)).toThrow(`\`shard: "${text}"\`: there is no such share`);
  });
});

describe("an array that is submitted again for an unfinished run", () => {
  const again = (of: number, env: NodeJS.ProcessEnv, layout = arrayLayout(array(1, 1, 3))) => {
    const { array: task, step: place } = slurmTask(env)!;
    return shareAgain({ of, layout }, { array: task!, step: place });
  };

  it("takes the shares that its tasks had, however many of them are lost", () => {
    // `--array=2`, `--array=2,3`, and the whole array with other ids.
    expect(again(3, array(2, 2, 1))).toEqual({ number: 2, of: 3 });
    expect([2, 3].map((id) => again(3, array(id, 2, 2)))).toEqual(
      [2, 3].map((number) => ({ number, of: 3 })),
    );
    expect(again(3, array(12, 10, 3))).toEqual({ number: 3, of: 3 });
    // Task 9 of `--array=5-9:2`.
    expect(again(3, array(9, 9, 1), arrayLayout(array(5, 5, 3, 2)))).toEqual({ number: 3, of: 3 });
  });

  it("takes the shares of its step's processes", () => {
    const begun = arrayLayout({ ...array(0, 0, 3), ...step(0, 2) });
    const lost = [0, 1].map((rank) => again(6, { ...array(2, 2, 1), ...step(rank, 2) }, begun));
    expect(lost).toEqual([5, 6].map((number) => ({ number, of: 6 })));
  });

  it("is refused if the run had no such tasks, and the remedy names the flag for a share", () => {
    for (const [env, layout] of [
      [array(4, 4, 1), arrayLayout(array(1, 1, 3))],
      [array(6, 6, 1), arrayLayout(array(5, 5, 3, 2))],
      [array(2, 2, 1), null],
      [{ ...array(2, 2, 1), ...step(0, 2) }, arrayLayout(array(1, 1, 3))],
    ] as const) {
      const failing = () => again(3, env, layout);
      expect(failing).toThrow(/the output has an unfinished run of 3 shares/);
      expect(failing).toThrow(expect.objectContaining({ remedy: expect.stringContaining('`shard: "2/3"`') }));
    }
  });
});
