/**
 * Finds the DICOM files in a folder that are whole.
 *
 * The folder is listed again and again: network file systems notify nobody of what other machines write, notifications are
 * lost when their queue is full, and none comes for what was there before. A listing is right in all of these cases.
 */
import { type FileHandle, open, stat } from "node:fs/promises";
import { join } from "node:path";
import { FILE_HEAD_BYTES } from "../files/fileKind.js";
import { isDicom } from "../files/isDicom.js";
import { namesBelow } from "./namesBelow.js";

interface Seen {
  /** Size and times: a file that changes is not whole. */
  state: string;
  /** When the state was seen first, ms of the process's own clock: clocks of machines differ. */
  since: number;
  isForeign: boolean;
}

export class Arrivals {
  private seen = new Map<string, Seen>();

  /** @param settleMs A file is whole when it has not changed for this long. */
  constructor(
    private readonly folder: string,
    private readonly settleMs: number,
  ) {}

  /** Files that were found to be something else than DICOM; they stay where they are. */
  get foreign(): number {
    return [...this.seen.values()].filter(({ isForeign }) => isForeign).length;
  }

  /** Returns the paths below the folder of files that are whole, sorted. Throws system errors of listing the folder. */
  async scan(now = performance.now()): Promise<string[]> {
    const seen = new Map<string, Seen>();
    const whole: string[] = [];
    for (const name of await namesBelow(this.folder)) {
      const facts = await stat(join(this.folder, name)).catch(() => null);
      if (facts === null) continue;
      const state = `${facts.ino} ${facts.size} ${facts.mtimeMs} ${facts.ctimeMs}`;
      const before = this.seen.get(name);
      const known = before?.state === state ? before : { state, since: now, isForeign: false };
      seen.set(name, known);
      if (known.isForeign || facts.size === 0 || now - known.since < this.settleMs) continue;
      const kind = await isDicomFile(join(this.folder, name));
      if (kind === false) known.isForeign = true;
      if (kind === true) whole.push(name);
    }
    this.seen = seen;
    return whole.sort();
  }
}

/** Null where the file cannot be read now. */
async function isDicomFile(file: string): Promise<boolean | null> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(file, "r");
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(FILE_HEAD_BYTES), 0, FILE_HEAD_BYTES, 0);
    return isDicom(buffer.subarray(0, bytesRead));
  } catch {
    return null;
  } finally {
    await handle?.close();
  }
}
