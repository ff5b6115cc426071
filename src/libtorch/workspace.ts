/** Unfinished work in the cache: private folders beside the builds, which no search sees and the next run clears away. */
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { makeFolder } from "../files.js";

const PREFIX = ".unfinished";
const DAY_MS = 24 * 60 * 60 * 1000;

/** A new, empty folder on the builds' file system, so that what is made in it can be renamed into place. */
export async function createWorkspace(cache: string): Promise<string> {
  const parent = join(cache, "libtorch");
  await makeFolder(parent);
  return mkdtemp(join(parent, `${PREFIX}-${hostname()}-${process.pid}-`));
}

/** Remove folders whose process has ended (on this host) or that are older than a day (a cache shared by hosts). */
export async function clearAbandoned(cache: string): Promise<void> {
  const parent = join(cache, "libtorch");
  const names = await readdir(parent).catch(() => []);
  for (const name of names) {
    const [, host, pid] = /^\.unfinished-(.+)-(\d+)-[^-]+$/.exec(name) ?? [];
    if (host === undefined) continue;
    const path = join(parent, name);
    const ageMs = Date.now() - (await stat(path).catch(() => ({ mtimeMs: Date.now() }))).mtimeMs;
    const ended = host === hostname() && !isRunning(Number(pid));
    if (ended || ageMs > DAY_MS) await rm(path, { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}
