import { describe, expect, it, test } from "vitest";
import { planRanks } from "../../../src/distributed/planRanks.js";
import { deviceIndices } from "../../../src/model/device.js";
import { firstHost } from "../../../src/slurm/nodeNames.js";
import { configOf } from "../../helpers/trainConfig.js";

const STEP = { SLURM_JOB_ID: "4711", SLURM_STEP_ID: "2", SLURM_JOB_NODELIST: "n[1-2]", SLURM_NTASKS: "4" };
const slurm = (rank: number, localRank: number, more = {}) => ({
  ...STEP,
  SLURM_PROCID: String(rank),
  SLURM_LOCALID: String(localRank),
  ...more,
});

async function plan(env: NodeJS.ProcessEnv, ...flags: string[]) {
  const { config } = await configOf(...flags);
  return planRanks(config, env);
}

describe("planRanks", () => {
  it("is one process by default, in a batch script and in a step of one task too", async () => {
    expect(await plan({})).toEqual({ kind: "alone" });
    expect(await plan({ SLURM_JOB_ID: "1", SLURM_NTASKS: "4", SLURM_PROCID: "0" })).toEqual({
      kind: "alone",
    });
    expect(await plan({ ...slurm(0, 0), SLURM_NTASKS: "1" })).toEqual({ kind: "alone" });
  });

  it("takes a rank from SLURM's step, with a port of the job's own", async () => {
    const asked = ["--trainer.num_nodes=2", "--trainer.devices=2"];
    const place = { rank: 3, ranks: 4, localRank: 1, localRanks: 2, host: "n1" };
    const third = await plan(slurm(3, 1), ...asked);
    expect(third).toMatchObject({ kind: "member", place });
    const portOf = async (more = {}) =>
      (await plan(slurm(0, 0, more), ...asked)) as { place: { port: number } };
    const { port } = (await portOf()).place;
    expect(third).toMatchObject({ place: { port } });
    expect(port).toBeGreaterThan(1024);
    expect((await portOf({ SLURM_JOB_ID: "4712" })).place.port).not.toBe(port);
    expect((await portOf({ SLURM_STEP_ID: "3" })).place.port).not.toBe(port);
    // A step on a part of the job's nodes has its first task on the first of these.
    const elsewhere = await plan(slurm(0, 0, { SLURM_STEP_NODELIST: "n2" }), ...asked);
    expect(elsewhere).toMatchObject({ place: { host: "n2" } });
  });

  it("takes a rank from torchrun, whose word counts more than SLURM's", async () => {
    const torchrun = { RANK: "5", WORLD_SIZE: "6", LOCAL_RANK: "1", LOCAL_WORLD_SIZE: "2", MASTER_ADDR: "h" };
    const env = { ...slurm(0, 0), ...torchrun, MASTER_PORT: "1234" };
    expect(await plan(env, "--trainer.num_nodes=3", "--trainer.devices=2")).toEqual({
      kind: "member",
      place: { rank: 5, ranks: 6, localRank: 1, localRanks: 2, host: "h", port: 1234 },
    });
    await expect(plan({ ...env, RANK: "6" }, "--trainer.devices=6")).rejects.toThrow("RANK is 6");
    await expect(plan({ ...env, RANK: "x" }, "--trainer.devices=6")).rejects.toThrow('RANK is "x"');
  });

  it("starts the processes of one machine, however their number is written", async () => {
    for (const flag of ["--trainer.devices=2", "--trainer.gpus=2", "--trainer.devices=[0,3]"])
      expect(await plan({}, flag)).toEqual({ kind: "launch", ranks: 2 });
    for (const flag of [
      "--trainer.devices=1",
      "--trainer.devices=[3]",
      "--trainer.gpus=-1",
      "--trainer.gpus=0",
    ])
      expect(await plan({}, flag)).toEqual({ kind: "alone" });
  });

  it("refuses processes that do not fit the settings", async () => {
    await expect(plan(slurm(0, 0), "--trainer.num_nodes=2")).rejects.toThrow(
      "srun (SLURM_NTASKS) started 4 processes, but trainer.num_nodes (2) times trainer.devices (1) is 2",
    );
    await expect(plan(slurm(0, 0))).rejects.toThrow("started 4 processes");
    await expect(plan({}, "--trainer.num_nodes=2")).rejects.toThrow("only this process was started");
  });
});

test.each([
  ["2", [0, 1]],
  ["[1, 3]", [1, 3]],
  ["4,", [4]],
  ["auto", null],
  [null, null],
])("devices %s are %j", (value, indices) => {
  expect(deviceIndices(value)).toEqual(indices);
});

test.each([
  ["n1", "n1"],
  ["n[1-3]", "n1"],
  ["gpu[007-010,020],login", "gpu007"],
  ["r[2,5]n[3-4]", "r2n3"],
  ["a-b,c[1-2]", "a-b"],
  ["n[9]-ib,x", "n9-ib"],
])("the first of %s is %s", (list, first) => {
  expect(firstHost(list)).toBe(first);
});
