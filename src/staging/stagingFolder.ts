/**
 * A folder of copied files that the processes of one user on one node share. Each signs in; the last one out takes the
 * folder away. One that was killed is seen to be gone, by number and start of the process.
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
import { outputError } from "../files.js";
import { startOfProcess } from "../lockHolder.js";

const USER_PREFIX = "user-";

export class StagingFolder {
  private copies = 0;

  private constructor(
    readonly path: string,
    /** `<pid>-<start>` */
    private readonly self: string,
  ) {}

  /** Throws ERR_DEEPLASIA_OUTPUT for a scratch that is not there or cannot be written, or if the name is somebody else's. */
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

  /** Where the copy of a file is, or would be. */
  pathOf(source: string): string {
    return join(this.path, createHash("sha256").update(resolve(source)).digest("hex"));
  }

  /** Bytes that copying a file would take: none if its copy is there, or if there is no such file. */
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
   * Copy a file unless its copy is there or another process is at it: a link that names the copier is its claim. False if
   * nothing was copied. A file that cannot be read is left to whoever reads it, who says so.
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
   * Sign out; if nobody is left, take the folder away. It gets another name first: whoever comes at this moment makes a
   * new one, and what he misses he reads from where it came.
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

/** Radiographs: for nobody else's eyes. */
async function makeOwn(path: string): Promise<void> {
  await mkdir(path, { mode: 0o700 }).catch(unlessThere);
  const facts = await lstat(path);
  if (facts.isDirectory() && facts.uid === process.getuid?.()) return;
  throw new DeeplasiaError("ERR_DEEPLASIA_OUTPUT", `${path} is somebody else's`, { file: path });
}

/** What is there already is another process's, or of another run of this one: they share it. */
function unlessThere(error: unknown): void {
  if (!isSystemError(error, "EEXIST")) throw error;
}

async function isAlive(process: string): Promise<boolean> {
  const [pid, start] = process.split("-");
  return (await startOfProcess(Number(pid))) === start;
}
