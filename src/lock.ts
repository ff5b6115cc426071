/** Files belong to one process at a time: two runs that write the same ones would spoil both. */
import { rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { DeeplasiaError } from "./errors.js";
import { createFile } from "./files.js";
import { type Holder, holderText, isGone, ownIdentity, parseHolder, readLock } from "./lockHolder.js";
import { removeLeftovers } from "./temporaryFiles.js";

const LOCK_NAME = "lock.json";

/** Of taking over a lock, while others do. */
const MOST_ATTEMPTS = 200;

/** Writing a lock, or taking one over, takes a moment; what stays for so many milliseconds was left by a kill. */
const MOMENT = 3000;
const PAUSE = 20;

export interface Lock extends AsyncDisposable {
  release(): Promise<void>;
}

/**
 * Lock a folder. The lock of a process that is gone is taken over.
 *
 * Throws ERR_DEEPLASIA_OUTPUT that names the holder.
 */
export async function lockFolder(folder: string): Promise<Lock> {
  const lock = await lockFile(join(folder, LOCK_NAME), folder);
  await removeLeftovers(folder, () => true);
  return lock;
}

/** The same with a file of one's own for the lock; `what` it is for is said where it is in use. */
export async function lockFile(path: string, what: string): Promise<Lock> {
  const lock = await tryLockFile(path);
  if ("release" in lock) return lock;
  throw inUse(what, path, lock.holder);
}

/**
 * The same, or who holds it (null: it does not say).
 *
 * A lock has its content when it gets its name (`createFile`), which is one step on NFS too. Where a file system has no
 * hard links it is created exclusively and then written, so that a kill can leave an empty one.
 */
export async function tryLockFile(path: string): Promise<Lock | { holder: Holder | null }> {
  const own = `${JSON.stringify(await ownIdentity())}\n`;
  let tookOver = false;
  for (let attempt = 1; ; attempt++) {
    if (await createFile(path, own)) {
      // Whoever is in the middle of the same take-over may take this one away: then it is his.
      if (tookOver) await setTimeout(PAUSE);
      if (!tookOver || (await readLock(path)) === own) return held(path, own);
    }
    const found = await readLock(path);
    const holder = found === null ? null : parseHolder(found);
    if (attempt > MOST_ATTEMPTS) return { holder };
    if (found === null) {
      // Gone again; or a link to nothing, which is no lock and is not for us to follow.
      await setTimeout(PAUSE);
      continue;
    }
    if (holder === null ? !(await isTorn(path, found)) : !(await isGone(holder))) {
      // What makes no lock may have been one that was being written.
      if (holder === null && (await readLock(path)) !== found) continue;
      return { holder };
    }
    tookOver = true;
    await removeStale(path, found);
  }
}

async function held(path: string, own: string): Promise<Lock> {
  await removeLeftovers(dirname(path), (name) => name === basename(path));
  const release = async () => {
    if ((await readLock(path)) === own) await rm(path, { force: true });
  };
  return { release, [Symbol.asyncDispose]: release };
}

/** What a kill or a power cut leaves of a lock, as nobody goes on to write it. */
async function isTorn(path: string, text: string): Promise<boolean> {
  return /^(\0*|\{"(?!.*\}\n).*)$/s.test(text) && (await isLeft(path));
}

/** Whether a file that is a matter of a moment stays as it is. Looked at for a while: clocks of machines differ. */
async function isLeft(path: string): Promise<boolean> {
  const state = async () => {
    const facts = await stat(path).catch(() => null);
    return facts === null ? null : `${facts.ino} ${facts.size} ${facts.mtimeMs}`;
  };
  const before = await state();
  for (let waited = 0; waited < MOMENT; waited += PAUSE) {
    if (before === null || (await state()) !== before) return false;
    await setTimeout(PAUSE);
  }
  return true;
}

/** Others may want to take it over as well: one at a time, and only what still is the lock that was found to be stale. */
async function removeStale(path: string, stale: string): Promise<void> {
  const turn = `${path}.takeover`;
  if (!(await createFile(turn, ""))) {
    if (await isLeft(turn)) await rm(turn, { force: true });
    return;
  }
  if ((await readLock(path)) === stale) await rm(path, { force: true });
  await rm(turn, { force: true });
}

function inUse(what: string, path: string, holder: Holder | null): DeeplasiaError {
  return new DeeplasiaError(
    "ERR_DEEPLASIA_OUTPUT",
    `${what} is in use by ${holder === null ? "another process" : holderText(holder)}`,
    {
      file: path,
      remedy: `Wait until it has ended or end it; if it is gone for certain, delete ${path}.`,
    },
  );
}
