/**
 * A folder of copied files that the processes of one user on one node share. Each process registers; the last one to leave
 * removes the folder. A killed process is recognised by its id and start time.
 */
import { createHash } from "node:crypto";
import {
  constants,
  copyFile,
  lstat,
  mkdir,
  readdir,
  readlink,
  rename,
  rm,
  stat,
  symlink,
  utimes,
} from "node:fs/promises";
import { join, resolve } from "node:path";
import { DeeplasiaError, isSystemError } from "../errors.js";
import { outputError } from "../files/outputError.js";
import { startOfProcess } from "../lockHolder.js";

const USER_PREFIX = "user-";

export class StagingFolder {
  private copies = 0;

  private constructor(
    readonly path: string,
    /** `<pid>-<start>` */
    private readonly self: string,
  ) {}

  /**
   * Registers this process in the folder on `scratch`. Throws ERR_DEEPLASIA_OUTPUT if the scratch folder does not exist or
   * is not writable, or if the folder belongs to another user.
   */
  static async open(scratch: string): Promise<StagingFolder> {
    const path = join(scratch, `deeplasia-${process.getuid?.() ?? "user"}`);
    const self = `${process.pid}-${await startOfProcess(process.pid)}`;
    try {
      await makeOwn(path);
      await symlink(self, join(path, USER_PREFIX + self)).catch(unlessThere);
    } catch (error) {
      throw outputError(error, path);
    }
    return new StagingFolder(path, self);
  }

  /** Returns the path of the copy of a file, whether or not it exists. */
  pathOf(source: string): string {
    return join(this.path, createHash("sha256").update(resolve(source)).digest("hex"));
  }

  /** Resolves to the size of a file that must be copied; 0 if it is copied already or does not exist. */
  async bytesMissing(source: string): Promise<number> {
    const facts = await stat(source).catch(() => null);
    if (facts === null || (await this.isCopied(source, facts))) return 0;
    return facts.size;
  }

  private async isCopied(source: string, { size, mtimeMs }: { size: number; mtimeMs: number }) {
    const copy = await stat(this.pathOf(source)).catch(() => null);
    return copy !== null && copy.size === size && Math.abs(copy.mtimeMs - Math.floor(mtimeMs)) < 1;
  }

  /**
   * Copies a file unless it is copied already or another process is copying it, which a link to that process claims.
   * Resolves to whether it was copied. A file that cannot be read is not copied; reading it later reports the error.
   */
  async copy(source: string): Promise<boolean> {
    const facts = await stat(source).catch(() => null);
    if (facts === null || (await this.isCopied(source, facts))) return false;
    const target = this.pathOf(source);
    const claim = `${target}.claim`;
    if (!(await this.claim(claim))) return false;
    const partial = `${target}.${this.self}-${this.copies++}`;
    try {
      await copyFile(source, partial, constants.COPYFILE_FICLONE);
      const time = Math.floor(facts.mtimeMs) / 1000;
      await utimes(partial, time, time);
      await rename(partial, target);
      return true;
    } catch (error) {
      await rm(partial, { force: true });
      if (isSystemError(error, "EACCES", "ENOENT", "EIO")) return false;
      throw error;
    } finally {
      await rm(claim, { force: true });
    }
  }

  private async claim(link: string, isLastTry = false): Promise<boolean> {
    try {
      await symlink(this.self, link);
      return true;
    } catch (error) {
      if (!isSystemError(error, "EEXIST") || isLastTry) throw error;
    }
    const holder = await readlink(link).catch(() => null);
    if (holder !== null && (await isAlive(holder))) return false;
    await rm(link, { force: true });
    return this.claim(link, true).catch(() => false);
  }

  /**
   * Unregisters this process, and removes the folder if no other process uses it. The folder is renamed first, so that a
   * process that registers at this moment makes a new one; files that it misses it reads from their original place.
   */
  async leave(): Promise<void> {
    await rm(join(this.path, USER_PREFIX + this.self), { force: true });
    for (const name of await readdir(this.path).catch(() => []))
      if (name.startsWith(USER_PREFIX) && (await isAlive(name.slice(USER_PREFIX.length)))) return;
    const removed = `${this.path}.${this.self}`;
    try {
      await rename(this.path, removed);
    } catch (error) {
      if (isSystemError(error, "ENOENT")) return;
      throw error;
    }
    await rm(removed, { recursive: true, force: true });
  }
}

/** Makes the folder readable for this user alone, because radiographs are private. */
async function makeOwn(path: string): Promise<void> {
  await mkdir(path, { mode: 0o700 }).catch(unlessThere);
  const facts = await lstat(path);
  if (facts.isDirectory() && facts.uid === process.getuid?.()) return;
  throw new DeeplasiaError("ERR_DEEPLASIA_OUTPUT", `${path} belongs to another user`, {
    file: path,
    remedy: 'Give another `scratch`, or `scratch: "none"`.',
  });
}

/** Ignores EEXIST: the entry belongs to another process or another run of this one, which share the folder. */
function unlessThere(error: unknown): void {
  if (!isSystemError(error, "EEXIST")) throw error;
}

async function isAlive(process: string): Promise<boolean> {
  const [pid, start] = process.split("-");
  return (await startOfProcess(Number(pid))) === start;
}
