/**
 * Files on their way, each in a folder of its own: what folder that lies in is the state, and a rename is what changes it.
 * So a process that is killed at any moment leaves every file in exactly one state, from which the next one continues:
 *
 *     IN/<name> -> IN/.deeplasia/claimed/<id>/<name>     in work; its results are collected in OUT/.deeplasia/<id>
 *               -> IN/.deeplasia/predicted/<id>/<name>   predicted: its results are complete, and are moved to OUT
 *               -> OUT/done/<name>, or OUT/failed/<name> from either
 */
import { randomUUID } from "node:crypto";
import { readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { isSystemError } from "../errors.js";
import { makeFolder } from "../files/makeFolder.js";
import { outputError } from "../files/outputError.js";
import { pathKind } from "../files/pathKind.js";
import { syncFolder } from "../files/renameDurably.js";
import { writeFileAtomic } from "../files/writeFileAtomic.js";
import { Semaphore } from "../semaphore.js";
import { finalName } from "../temporaryFiles.js";
import type { WatchFolders } from "./folders.js";
import { moveFile, placeFor } from "./moveFile.js";
import { namesBelow } from "./namesBelow.js";

type State = "claimed" | "predicted";

/** A file on its way. */
export interface Item {
  id: string;
  /** Its path below IN. */
  name: string;
  state: State;
}

/** A result, by the name of its file. */
export type Result = readonly [name: string, bytes: string | Uint8Array];

export class Spool {
  /** Two files may want the same name in OUT. */
  private readonly moving = new Semaphore(1);

  constructor(
    private readonly folders: WatchFolders,
    /** Whether files that were predicted are removed instead of kept in OUT/done. */
    private readonly removesDone: boolean,
  ) {}

  /** Where the file of an item is. */
  fileOf(item: Item): string {
    return join(this.folderOf(item), item.name);
  }

  /** Takes a file out of IN; null where it is gone. */
  async claim(name: string): Promise<Item | null> {
    const item = newItem(name);
    await makeFolder(dirname(this.fileOf(item)));
    try {
      await rename(join(this.folders.input, name), this.fileOf(item));
      return item;
    } catch (error) {
      await rm(this.folderOf(item), { recursive: true, force: true });
      if (isSystemError(error, "ENOENT")) return null;
      throw outputError(error, join(this.folders.input, name));
    }
  }

  /** Stores bytes that were received, durably, as an item. */
  async receive(name: string, bytes: Uint8Array): Promise<Item> {
    const item = newItem(name);
    try {
      await writeFileAtomic(this.fileOf(item), bytes);
    } catch (error) {
      await rm(this.folderOf(item), { recursive: true, force: true }).catch(() => {});
      throw error;
    }
    return item;
  }

  /** Writes the results of a claimed item where nobody looks, and makes the item a predicted one. */
  async commit(item: Item, results: readonly Result[]): Promise<void> {
    await rm(this.stagedOf(item), { recursive: true, force: true });
    for (const [name, bytes] of results) await writeFileAtomic(join(this.stagedOf(item), name), bytes);
    const from = this.folderOf(item);
    const to = this.folderOf({ ...item, state: "predicted" });
    await makeFolder(dirname(to));
    try {
      await rename(from, to);
      await syncFolder(dirname(to));
    } catch (error) {
      throw outputError(error, to);
    }
    item.state = "predicted";
  }

  /** Moves the results of a predicted item to OUT, each whole, the JSON last; then sets its file aside. */
  async publish(item: Item): Promise<void> {
    const isLast = (name: string) => Number(name.endsWith(".json"));
    const names = await namesIn(this.stagedOf(item));
    for (const name of names.sort((a, b) => isLast(a) - isLast(b)))
      await moveFile(join(this.stagedOf(item), name), join(this.folders.output, name));
    if (!this.removesDone) await this.moveTo("done", item);
    await this.forget(item);
  }

  /** Sets the file of an item aside, with the reason beside it. */
  async fail(item: Item, reason: string): Promise<void> {
    await this.moveTo("failed", item, reason);
    await this.forget(item);
  }

  /** All items that an earlier process left, as they were. */
  async recover(): Promise<Item[]> {
    const items: Item[] = [];
    for (const state of ["predicted", "claimed"] as const)
      for (const id of await namesIn(join(this.folders.work, state))) {
        // An item begins with the rename that puts its file there: without one there is nothing to be done.
        const name = (await namesBelow(join(this.folders.work, state, id))).find(isWhole);
        if (name === undefined) await this.forget({ id, name: "", state });
        else items.push({ id, name, state });
      }
    const isKnown = new Set(items.filter(({ state }) => state === "predicted").map(({ id }) => id));
    for (const id of await namesIn(this.folders.staged))
      if (/^[\da-f]{8}-/.test(id) && !isKnown.has(id))
        await rm(join(this.folders.staged, id), { recursive: true, force: true });
    return items;
  }

  private moveTo(folder: "done" | "failed", item: Item, reason?: string): Promise<void> {
    return this.moving.run(async () => {
      const from = this.fileOf(item);
      // It was moved, and the process was killed right then.
      if ((await pathKind(from)) === null) return;
      const place = await placeFor(from, join(this.folders.output, folder, shortName(item)));
      if (reason !== undefined) await writeFileAtomic(`${place}.reason.txt`, `${reason}\n`);
      await moveFile(from, place);
    });
  }

  private async forget(item: Item): Promise<void> {
    await rm(this.stagedOf(item), { recursive: true, force: true });
    await rm(this.folderOf(item), { recursive: true, force: true });
  }

  private folderOf({ state, id }: Item): string {
    return join(this.folders.work, state, id);
  }

  private stagedOf({ id }: Item): string {
    return join(this.folders.staged, id);
  }
}

const isWhole = (name: string) => finalName(name) === null;
const newItem = (name: string): Item => ({ id: randomUUID(), name, state: "claimed" });

/** There must be room for `.reason.txt`. */
const MOST_NAME_BYTES = 200;

const shortName = ({ id, name }: Item) =>
  Buffer.byteLength(basename(name)) > MOST_NAME_BYTES ? join(dirname(name), id) : name;

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter(isWhole);
  } catch (error) {
    if (isSystemError(error, "ENOENT")) return [];
    throw outputError(error, folder);
  }
}
