/** Locks files for one process at a time, because two runs that write the same files would damage both. */
import { rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { DeeplasiaError } from "./errors.js";
import { createFile } from "./files/writeFileAtomic.js";
import { type Holder, holderText, isGone, ownIdentity, parseHolder, readLock } from "./lockHolder.js";
import { removeLeftovers } from "./temporaryFiles.js";

const LOCK_NAME = "lock.json";

/** The largest number of attempts to take over a lock while other processes try as well. */
const MOST_ATTEMPTS = 200;

/** Writing or taking over a lock takes a moment. A file that stays unchanged for this long was left by a killed process. */
const LEFT_MS = 3000;
const PAUSE_MS = 20;

/** A lock that this process holds. */
export interface Lock extends AsyncDisposable {
  release(): Promise<void>;
}

/**
 * Locks a folder. Takes over the lock of a process that is gone.
 *
 * Throws ERR_DEEPLASIA_OUTPUT, which names the holder.
 */
export async function lockFolder(folder: string): Promise<Lock> {
  const lock = await lockFile(join(folder, LOCK_NAME), folder);
  await removeLeftovers(folder, () => true);
  return lock;
}

/** Locks with the file `path`; the error message names `what` as in use. Otherwise like `lockFolder`. */
export async function lockFile(path: string, what: string): Promise<Lock> {
  const lock = await tryLockFile(path);
  if ("release" in lock) return lock;
  throw inUse(what, path, lock.holder);
}

/**
 * Tries to lock. Resolves to the lock, or to its holder, which is null if the file does not name one.
 *
 * A lock file has its content before it gets its name (`createFile`), which is atomic on NFS too. On a file system without
 * hard links it is created exclusively and then written, so a kill can leave an empty file.
 */
export async function tryLockFile(path: string): Promise<Lock | { holder: Holder | null }> {
  const own = `${JSON.stringify(await ownIdentity())}\n`;
  let tookOver = false;
  for (let attempt = 1; ; attempt++) {
    if (await createFile(path, own)) {
      // A process in the middle of the same take-over may remove this file; the lock is then its own.
      if (tookOver) await setTimeout(PAUSE_MS);
      if (!tookOver || (await readLock(path)) === own) return held(path, own);
    }
    const found = await readLock(path);
    const holder = found === null ? null : parseHolder(found);
    if (attempt > MOST_ATTEMPTS) return { holder };
    if (found === null) {
      // The lock was released meanwhile, or it is a dangling link, which is not followed.
      await setTimeout(PAUSE_MS);
      continue;
    }
    if (holder === null ? !(await isTorn(path, found)) : !(await isGone(holder))) {
      // An invalid lock may have been one that was being written.
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

/** Resolves to whether the text is the remains of a lock after a kill or a power cut, which no process continues to write. */
async function isTorn(path: string, text: string): Promise<boolean> {
  return /^(\0*|\{"(?!.*\}\n).*)$/s.test(text) && (await isLeft(path));
}

/** Resolves to whether a short-lived file stays unchanged. Watches it for a while, because clocks of machines differ. */
async function isLeft(path: string): Promise<boolean> {
  const state = async () => {
    const facts = await stat(path).catch(() => null);
    return facts === null ? null : `${facts.ino} ${facts.size} ${facts.mtimeMs}`;
  };
  const before = await state();
  for (let waited = 0; waited < LEFT_MS; waited += PAUSE_MS) {
    if (before === null || (await state()) !== before) return false;
    await setTimeout(PAUSE_MS);
  }
  return true;
}

/** Removes a stale lock. Only one process does so at a time, and only if the file is still the stale one. */
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
      remedy: `Wait until that process has ended, or end it. If you are certain that it is gone, delete ${path}.`,
    },
  );
}
