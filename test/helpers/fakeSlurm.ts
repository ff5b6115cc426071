/** SLURM's commands as shell scripts in front of the PATH of the running test. */
import { chmod, readFile } from "node:fs/promises";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { temporaryFolder, writeTree } from "./temporary.js";

/** `tools`: name -> shell. Returns what was called so far, a line a call. */
export async function fakeSlurm(tools: Record<string, string>): Promise<() => Promise<string[]>> {
  const folder = await temporaryFolder();
  const log = join(folder, "calls");
  for (const [name, shell] of Object.entries(tools)) {
    await writeTree(folder, { [name]: `#!/bin/sh\necho "${name} $*" >>'${log}'\n${shell}\n` });
    await chmod(join(folder, name), 0o755);
  }
  const { PATH } = process.env;
  process.env.PATH = `${folder}:${PATH}`;
  onTestFinished(() => {
    process.env.PATH = PATH;
  });
  return async () => (await readFile(log, "utf8").catch(() => "")).split("\n").filter(Boolean);
}
