/**
 * Pythons with packages of others, as oracles: one folder a set of packages below the package's cache, filled by pip when
 * a test first asks for it and kept. Nothing of the machine's own Python is touched.
 */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { cacheDirectory } from "../../src/libtorch/buildCache.js";
import { CPU_INDEX } from "../../src/libtorch/download.js";
import { findPip } from "../../src/libtorch/pip.js";

const execute = promisify(execFile);

export interface OraclePython {
  /** Run a script to its end; what it wrote to stdout. */
  run(script: string, ...args: string[]): Promise<string>;
}

/** Python with this version of torch, or why there is none. */
export function pythonWithTorch(version: string): Promise<OraclePython | { missing: string }> {
  return pythonWith(`torch-${version}`, torchRequirements(version));
}

/** Python with some packages, `name==version` each, or why there is none. `name`: of their folder in the cache. */
export async function pythonWith(
  name: string,
  requirements: readonly string[][],
): Promise<OraclePython | { missing: string }> {
  try {
    const { python, pythonVersion } = findPip();
    const folder = join(cacheDirectory(), "python", `${name}-python${pythonVersion}`);
    if (!existsSync(folder)) await install(python, requirements, folder);
    const env = { ...process.env, PYTHONPATH: folder, PYTHONDONTWRITEBYTECODE: "1" };
    return {
      run: async (script, ...args) =>
        (await execute(python, ["-s", script, ...args], { env, maxBuffer: 1 << 28 })).stdout,
    };
  } catch (error) {
    return { missing: `no Python with ${name}: ${(error as Error).message}` };
  }
}

/** Below a name of its own until it is complete: another test may want the same. */
async function install(python: string, requirements: readonly string[][], folder: string): Promise<void> {
  const partial = `${folder}.partial-${process.pid}`;
  const reasons: string[] = [];
  await mkdir(dirname(folder), { recursive: true });
  try {
    for (const what of requirements) {
      const reason = await pipInstall(python, partial, what);
      if (reason === undefined) {
        if (!existsSync(folder)) await rename(partial, folder);
        return;
      }
      reasons.push(`${what.join(" ")}: ${reason}`);
    }
    throw new Error(reasons.join("; "));
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

/** What to ask pip for, best first; the last is the build for CUDA, which runs without a GPU and is six times as large. */
const torchRequirements = (version: string): string[][] => [
  [`torch==${version}+cpu`],
  [`torch==${version}+cpu`, "--index-url", CPU_INDEX],
  [`torch==${version}`],
];

/** Undefined, or the last line that pip prints. */
async function pipInstall(python: string, target: string, what: string[]): Promise<string | undefined> {
  const patience = ["--retries", "1", "--timeout", "60", "--disable-pip-version-check"];
  const flags = ["--quiet", "--no-compile", "--only-binary=:all:", "--target", target, ...patience];
  try {
    await execute(python, ["-m", "pip", "install", ...flags, ...what], { maxBuffer: 1 << 28 });
    return undefined;
  } catch (error) {
    await rm(target, { recursive: true, force: true });
    const { stderr = "", message } = error as Error & { stderr?: string };
    return stderr.trim().split("\n").at(-1) || message;
  }
}
