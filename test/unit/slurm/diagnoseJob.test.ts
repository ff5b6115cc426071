import { join } from "node:path";
import { expect, test } from "vitest";
import { freePort } from "../../../src/distributed/hostAddress.js";
import { DeeplasiaError, type ErrorCode } from "../../../src/errors.js";
import { formatChecks, limited } from "../../../src/slurm/doctor/check.js";
import { checkMeeting } from "../../../src/slurm/doctor/checkMeeting.js";
import { callFirst, gather } from "../../../src/slurm/doctor/checkNetwork.js";
import { checkScratch } from "../../../src/slurm/doctor/checkNode.js";
import { checkSignals } from "../../../src/slurm/doctor/checkSignals.js";
import { checkTasks, type WantedTasks } from "../../../src/slurm/doctor/checkTasks.js";
import { slurmTask } from "../../../src/slurm/slurmTask.js";
import { fakeSlurm } from "../../helpers/fakeSlurm.js";
import { temporaryFolder, writeTree } from "../../helpers/temporary.js";

const step = (rank: number, ranks: number) => ({
  ...{ id: "0", rank, ranks, localRank: 0, nodeIndex: rank },
  nodeList: `n[1-${ranks}]`,
  tasksPerNode: Array<number>(ranks).fill(1),
});

test("the processes of a step connect, using the address that the site gives a node", async () => {
  const names =
    'case "$2" in hostnames) echo n1.invalid;; node) echo "NodeName=n1 NodeAddr=127.0.0.1 Port=1";; esac';
  await fakeSlurm({ scontrol: names });
  const port = await freePort();
  const calls = [1, 2].map((rank) => callFirst(step(rank, 3), "n[1-3]", port, `n${rank}`));
  const { check, release } = await gather(step(0, 3), port);
  expect(check).toMatchObject({ ok: true, found: expect.stringContaining("all 3 processes") });
  // No process leaves before `release`.
  const early = Promise.race([...calls, Promise.resolve("none")]);
  expect(await early).toBe("none");
  release();
  for (const call of await Promise.all(calls)) expect(call).toMatchObject({ ok: true });
});

test("a process that does not connect and one that cannot are named", async () => {
  await fakeSlurm({ scontrol: "echo unknown.invalid" });
  const [{ check, release }, lost] = await Promise.all([
    gather(step(0, 2), await freePort()),
    callFirst(step(1, 2), "n[1-2]", await freePort(), "n2"),
  ]);
  release();
  expect(check).toMatchObject({ ok: null, found: expect.stringContaining("process 1 of 2 did not connect") });
  expect(lost).toMatchObject({
    ok: false,
    found: expect.stringMatching(/process 1 on n2 cannot reach unknown/),
  });
});

test("checkSignals reports whether a signal from SLURM arrives, and fails in a batch script", async () => {
  const task = (env: object) => slurmTask({ SLURM_JOB_ID: "7", ...env })!;
  const inStep = task({ SLURM_PROCID: "0", SLURM_STEP_ID: "0" });
  const batch = await checkSignals(task({ SLURM_PROCID: "0" }), undefined);
  expect(batch).toMatchObject({ ok: false, remedy: expect.stringContaining("srun") });
  const calls = await fakeSlurm({
    scancel: `[ -e "$0.sent" ] || kill -URG ${process.pid}; touch "$0.sent"`,
  });
  expect(await checkSignals(inStep, "0")).toMatchObject({ ok: true });
  expect(await checkSignals(inStep, "0")).toMatchObject({
    ok: false,
    found: expect.stringContaining("did not arrive"),
  });
  expect(await calls()).toEqual(Array(2).fill("scancel --signal=23 7.0"));
});

test("checkTasks wants the command's number of processes, spread evenly over its nodes", () => {
  const train = (tasks: number[], nodes: number) => ({ command: "train", tasks, nodes });
  const on = (...tasksPerNode: number[]) => ({
    ...step(
      0,
      tasksPerNode.reduce((all, count) => all + count),
    ),
    tasksPerNode,
  });
  const look = (place: ReturnType<typeof on>, wanted: WantedTasks) =>
    formatChecks([checkTasks(place, 1, wanted)]);
  expect(look(on(1, 1), train([2], 2))).toMatch(/^ok .*2 on 2 nodes/);
  expect(look(on(1), train([2, 1], 1))).toMatch(/^ok .*1 on 1 node,/);
  expect(look(on(1, 1), { command: "predict", tasks: null, nodes: null })).toMatch(/^ok/);
  expect(look(on(2), train([2], 2))).toMatch(
    /^FAILED {3}tasks: 2 on 1 node, but train uses 2 on 2 -> .*num_nodes/,
  );
  expect(look(on(3, 1), train([4], 2))).toMatch(/^FAILED .*unevenly spread/);
  expect(look(on(2, 2), train([2, 1], 1))).toMatch(/^FAILED {3}tasks: 4 on 2 nodes, but train uses 2 on 1/);
});

test("a scratch folder must exist, be a folder and have free space", async () => {
  const folder = await temporaryFolder();
  expect(await checkScratch({ folder, leftFree: 0 }, "n1")).toMatchObject({ ok: true });
  const missing = await checkScratch({ folder: join(folder, "none"), leftFree: 0 }, "n1");
  expect(missing).toMatchObject({ ok: false, found: expect.stringContaining("none on n1 does not exist") });
  const full = await checkScratch({ folder, leftFree: Number.MAX_SAFE_INTEGER }, "n1");
  expect(full).toMatchObject({ ok: false, found: expect.stringMatching(/is full: [\d.]+ GB free/) });
  await writeTree(folder, { file: "" });
  expect(await checkScratch({ folder: join(folder, "file"), leftFree: 0 }, "n1")).toMatchObject({
    ok: false,
  });
});

test("checkMeeting fails if processes cannot connect, and is undecided about other errors", async () => {
  const failing = (code: ErrorCode) => () =>
    Promise.reject(new DeeplasiaError(code, "no way", { remedy: "go" }));
  expect(await checkMeeting(step(0, 2), async () => {})).toMatchObject({ ok: true });
  const lost = await checkMeeting(step(0, 2), failing("ERR_DEEPLASIA_PEER"));
  expect(lost).toEqual({ what: "group", ok: false, found: "no way", remedy: "go" });
  expect(await checkMeeting(step(0, 2), failing("ERR_DEEPLASIA_LIBTORCH_MISSING"))).toMatchObject({
    ok: null,
  });
});

test("a check ends within its time limit and does not throw", async () => {
  expect(await limited("late", 10, () => new Promise(() => {}))).toMatchObject({ ok: null });
  const failing = limited("broken", 1000, () => Promise.reject(new Error("no\nway")));
  expect(await failing).toEqual({ what: "broken", ok: null, found: "no way" });
});
