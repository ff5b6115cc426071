/** Two processes that do not see each other on one machine, as in containers that share a folder and a host's name. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import { lockFolder } from "../../src/lock.js";
import { temporaryFolder } from "../helpers/temporary.js";
import { projectRoot } from "../helpers/testData.js";

const UNSHARE = ["--pid", "--fork", "--mount-proc", "--kill-child"];

const canUnshare = (() => {
  try {
    execFileSync("unshare", [...UNSHARE, "true"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

it.skipIf(!canUnshare)(
  "a lock of another pid namespace is respected, from either side (needs root)",
  async () => {
    const folder = await temporaryFolder();
    const module = pathToFileURL(join(projectRoot, "dist/lock.js")).href;
    const hold = `const { lockFolder } = await import(${JSON.stringify(module)});
    try { await lockFolder(${JSON.stringify(folder)}); console.log("held"); setInterval(() => {}, 1000); }
    catch (error) { console.log(error.message); }`;
    const other = () => {
      const node = [process.execPath, "--input-type=module", "--eval", hold];
      const child = spawn("unshare", [...UNSHARE, ...node], { stdio: ["ignore", "pipe", "inherit"] });
      onTestFinished(() => void child.kill("SIGKILL"));
      return child;
    };
    const inside = other();
    expect(String(await once(inside.stdout, "data").then(([data]) => data))).toBe("held\n");
    await expect(lockFolder(folder)).rejects.toThrow(/in use by process 1 on .* \(pid:\[\d+\]\)/);
    const beside = other();
    expect(String(await once(beside.stdout, "data").then(([data]) => data))).toMatch(
      /in use by process 1 on/,
    );
    expect(await readdir(folder)).toEqual(["lock.json"]);
  },
);
