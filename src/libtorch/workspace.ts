/** Folders for unfinished work in the cache, beside the builds. Searches ignore them, and the next run removes them. */
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { makeFolder } from "../files/makeFolder.js";

const PREFIX = ".unfinished";
const DAY_MS = 24 * 60 * 60 * 1000;

/** Makes an empty folder on the file system of the builds, so that its content can be renamed into place. */
export async function createWorkspace(cache: string): Promise<string> {
  const parent = join(cache, "libtorch");
  await makeFolder(parent);
  return mkdtemp(join(parent, `${PREFIX}-${hostname()}-${process.pid}-`));
}

/** Removes folders whose process on this host has ended, and folders older than a day, for a cache shared by hosts. */
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
