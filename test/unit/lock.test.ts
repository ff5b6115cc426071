import { spawn } from "node:child_process";
import { readdir, readFile, rename, symlink, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { lockFolder } from "../../src/lock.js";
import { canMount, mountTmpfs } from "../helpers/disk.js";
import { temporaryFolder } from "../helpers/temporary.js";

const lockOf = async (folder: string) => JSON.parse(await readFile(join(folder, "lock.json"), "utf8"));

/** Makes a folder with the lock of another process that differs from this one in `change`. */
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

it("is held by one process until it is released", async () => {
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

it("is respected while its process lives, and taken over when the process is gone", async () => {
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

it("is taken over if another process has reused the process id", async () => {
  const folder = await heldBy({ start: "1" });
  await lockFolder(folder);
  expect((await lockOf(folder)).start).not.toBe("1");
});

it.each([
  ["on another machine", { host: "node17", pid: 1 }, /process 1 on node17/],
  ["in another container", { pidNamespace: "pid:[1]", start: "1" }, /process \d+ on .* \(pid:\[1\]\)/],
  ["of a container on a machine of the same name", { boot: "b", pidNamespace: "pid:[1]" }, /process \d+ on/],
])("is respected if it cannot be known whether its process lives: %s", async (_, holder, words) => {
  const refusal = await lockFolder(await heldBy(holder)).catch((error) => error);
  expect(refusal).toMatchObject({ code: "ERR_DEEPLASIA_OUTPUT", message: expect.stringMatching(words) });
  expect(refusal.remedy).toMatch(/If you are certain that it is gone, delete .*lock\.json/);
});

it("is respected if it is not a lock of this package", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "lock.json"), "somebody's notes\n");
  await expect(lockFolder(folder)).rejects.toThrow(/in use by another process/);
  expect(await readFile(join(folder, "lock.json"), "utf8")).toBe("somebody's notes\n");
});

it.each(["", "\0\0\0\0", '{"id":"6c1'])(
  "does not block for ever if a kill has left %j of it",
  async (text) => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, "lock.json"), text);
    const lock = await lockFolder(folder);
    expect(await lockOf(folder)).toMatchObject({ pid: process.pid });
    await lock.release();
    expect(await readdir(folder)).toEqual([]);
  },
);

it("does not block for ever if a kill has left a take-over", async () => {
  const folder = await heldBy({ start: "1" });
  await writeFile(join(folder, "lock.json.takeover"), "");
  await lockFolder(folder);
  expect(await readdir(folder)).toEqual(["lock.json"]);
});

it("is awaited while it is being written", async () => {
  const folder = await temporaryFolder();
  const path = join(folder, "lock.json");
  await writeFile(path, "");
  const other = lockFolder(folder);
  setTimeout(() => void heldBy({}).then((of) => rename(join(of, "lock.json"), path)), 200);
  await expect(other).rejects.toThrow(`in use by process ${process.pid}`);
});

it("is released only by its holder", async () => {
  const folder = await temporaryFolder();
  const lock = await lockFolder(folder);
  await writeFile(join(folder, "lock.json"), "the lock of another process");
  await lock.release();
  expect(await readdir(folder)).toEqual(["lock.json"]);
});

it("is not written through a link, and does not change the link's target", async () => {
  const folder = await temporaryFolder();
  await symlink(join(folder, "victim"), join(folder, "lock.json"));
  await expect(lockFolder(folder)).rejects.toThrow(/in use/);
  expect(await readdir(folder)).toEqual(["lock.json"]);
});

it("removes what kills have left in the folder", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "config.yaml.0123456789abcdef.tmp"), "");
  await writeFile(join(folder, "notes.tmp"), "");
  const lock = await lockFolder(folder);
  await lock.release();
  expect(await readdir(folder)).toEqual(["notes.tmp"]);
});

it("is taken over from an earlier start of the same SLURM job, on whatever node", async () => {
  const folder = await heldBy({ host: "node17", job: "4711", restarts: null });
  await expect(lockFolder(folder)).rejects.toThrow(/node17/);
  setEnvironment("SLURM_JOB_ID", "4711");
  await expect(lockFolder(folder)).rejects.toThrow(/node17/);
  setEnvironment("SLURM_RESTART_COUNT", "1");
  await lockFolder(folder);
  expect(await lockOf(folder)).toMatchObject({ host: hostname(), job: "4711", restarts: "1" });
});

it("goes to exactly one of many processes that try to take it over", async () => {
  for (let round = 0; round < 20; round++) {
    const folder = await heldBy({ start: "1" });
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => lockFolder(folder)));
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await readdir(folder)).toEqual(["lock.json"]);
  }
});

it("reports a folder that does not exist", async () => {
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
