import { spawn } from "node:child_process";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { lockFolder } from "../../src/lock.js";
import { canMount, mountTmpfs } from "../helpers/disk.js";
import { temporaryFolder } from "../helpers/temporary.js";

const lockOf = async (folder: string) => JSON.parse(await readFile(join(folder, "lock.json"), "utf8"));

/** A folder with the lock of somebody else, who is like us but for the change. */
async function heldBy(change: object): Promise<string> {
  const folder = await temporaryFolder();
  const lock = await lockFolder(folder);
  const own = await lockOf(folder);
  await lock.release();
  await writeFile(join(folder, "lock.json"), JSON.stringify({ ...own, ...change }));
  return folder;
}

function setEnvironment(name: string, value: string): void {
  process.env[name] = value;
  onTestFinished(() => {
    delete process.env[name];
  });
}

it("is held until it is released, by one", async () => {
  const folder = await temporaryFolder();
  const lock = await lockFolder(folder);
  await expect(lockFolder(folder)).rejects.toMatchObject({
    code: "ERR_DEEPLASIA_OUTPUT",
    message: expect.stringContaining(`in use by process ${process.pid} on ${hostname()}`),
    remedy: expect.stringContaining("lock.json"),
  });
  await lock.release();
  expect(await readdir(folder)).toEqual([]);
  await (await lockFolder(folder)).release();
});

it("is respected while its process lives, and taken over when that is gone", async () => {
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
  onTestFinished(() => void child.kill("SIGKILL"));
  const stat = await readFile(`/proc/${child.pid}/stat`, "utf8");
  const start = stat.split(") ")[1]!.split(" ")[19];
  const folder = await heldBy({ pid: child.pid, start });
  await expect(lockFolder(folder)).rejects.toThrow(`process ${child.pid}`);
  child.kill("SIGKILL");
  await new Promise((resolve) => child.once("close", resolve));
  await lockFolder(folder);
  expect(await lockOf(folder)).toMatchObject({ pid: process.pid });
});

it("is taken over from a process whose number another one has by now", async () => {
  const folder = await heldBy({ start: "1" });
  await lockFolder(folder);
  expect((await lockOf(folder)).start).not.toBe("1");
});

it("is respected where nobody can know whether its process lives: on another machine, or torn", async () => {
  await expect(lockFolder(await heldBy({ host: "node17", pid: 1 }))).rejects.toThrow(/process 1 on node17/);
  const folder = await temporaryFolder();
  await writeFile(join(folder, "lock.json"), "");
  await expect(lockFolder(folder)).rejects.toThrow(/in use by another process/);
});

it("is taken over from the same SLURM job before it was started again, on whatever node", async () => {
  const folder = await heldBy({ host: "node17", job: "4711", restarts: null });
  await expect(lockFolder(folder)).rejects.toThrow(/node17/);
  setEnvironment("SLURM_JOB_ID", "4711");
  await expect(lockFolder(folder)).rejects.toThrow(/node17/);
  setEnvironment("SLURM_RESTART_COUNT", "1");
  await lockFolder(folder);
  expect(await lockOf(folder)).toMatchObject({ host: hostname(), job: "4711", restarts: "1" });
});

it("goes to one of many that want to take it over", async () => {
  for (let round = 0; round < 20; round++) {
    const folder = await heldBy({ start: "1" });
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => lockFolder(folder)));
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await readdir(folder)).toEqual(["lock.json"]);
  }
});

it("says what is wrong with a folder that is not there", async () => {
  await expect(lockFolder(join(await temporaryFolder(), "nowhere"))).rejects.toMatchObject({
    code: "ERR_DEEPLASIA_OUTPUT",
    message: expect.stringContaining("there is no folder"),
  });
});

it.skipIf(!canMount)("leaves no lock on a disk that is full (needs root)", async () => {
  const folder = await mountTmpfs("size=8k");
  await writeFile(join(folder, "other"), "x".repeat(8192));
  await expect(lockFolder(folder)).rejects.toThrow(/lock\.json: the disk .* is full/);
  expect(await readdir(folder)).toEqual(["other"]);
});
