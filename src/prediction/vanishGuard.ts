/**
 * Tells rows whose pictures are not there from a folder of pictures that goes away during a run (an unmounted disk, a
 * stale handle of a network file system): the first are failed rows, the second is a reason to stop and go on later.
 */
import { type FileHandle, open, stat } from "node:fs/promises";
import { isFailedSample, type Sample } from "../data/sample.js";
import { DeeplasiaError, isSystemError } from "../errors.js";
import { BLOCKS_IN_FLIGHT } from "../inference/predictBlocks.js";
import { CAN_RESUME } from "../predictionFiles/recordFile.js";
import { isFailure } from "../records/record.js";
import type { CohortBlock } from "./cohortBlocks.js";

/** So many rows in a row without their files are a reason to look whether pictures of before can still be read. */
const MANY = 20;

/** Codes of rows whose files could not be found or read. */
const WITHOUT_FILES = new Set([
  "ERR_DEEPLASIA_IMAGE_MISSING",
  "ERR_DEEPLASIA_IMAGE_UNREADABLE",
  "ERR_DEEPLASIA_MASK_MISSING",
]);

/** Errors of a file system that is not there any more, rather than of one file. */
const LOST = ["ESTALE", "EIO", "ENODEV", "ENXIO", "ENOTCONN", "EHOSTDOWN", "EHOSTUNREACH", "ETIMEDOUT"];

export class VanishGuard<B extends CohortBlock> {
  private held: { block: B; number: number; lacksFiles: boolean }[] = [];
  private blocks = 0;
  private streak = 0;
  private sample: Sample | null = null;

  /** `earlier` finds a row that was predicted before this process, which has not seen any itself. */
  constructor(private readonly earlier: () => Promise<Sample | null>) {}

  get heldRows(): number {
    return this.held.reduce((rows, { block }) => rows + block.records.length, 0);
  }

  /**
   * Returns the blocks that may be written. A block with rows without files is held until a row that was read later is
   * predicted, or so many rows failed that the cause is known.
   *
   * Throws ERR_DEEPLASIA_IMAGE_MISSING if the files that were read before are gone as well, or their disk.
   */
  async admit(block: B): Promise<B[]> {
    const number = ++this.blocks;
    const entry = { block, number, lacksFiles: false };
    this.held.push(entry);
    for (const [i, record] of block.records.entries()) {
      if (!isFailure(record)) {
        this.streak = 0;
        const sample = block.samples[i]!;
        if (isFailedSample(sample)) continue;
        this.sample = sample;
        // Blocks that were in flight together may have read this row before the files of another were missed.
        this.release(number - BLOCKS_IN_FLIGHT);
      } else if (WITHOUT_FILES.has(record.code)) {
        entry.lacksFiles = true;
        this.streak += 1;
        if (this.streak < MANY) continue;
        await this.requireFiles(record.file);
        this.streak = 0;
        this.release(number);
      }
    }
    const from = this.held.findIndex(({ lacksFiles }) => lacksFiles);
    return this.held.splice(0, from === -1 ? this.held.length : from).map((each) => each.block);
  }

  /** What is held at the end of all rows. */
  rest(): B[] {
    return this.held.splice(0).map(({ block }) => block);
  }

  /** The files of these blocks are missing in themselves: the folder is there. */
  private release(upTo: number): void {
    for (const entry of this.held) if (entry.number <= upTo) entry.lacksFiles = false;
  }

  private async requireFiles(failing: string): Promise<void> {
    const error = await errorOfReading(failing);
    if (isSystemError(error, ...LOST)) throw vanished(`${failing} ${reasonOf(error)}`);
    this.sample ??= await this.earlier();
    if (this.sample === null) return;
    if (isFailedSample(this.sample))
      throw vanished(`${this.sample.error.file}, which was there before: ${this.sample.error.message}`);
    for (const path of [this.sample.imagePath, this.sample.maskPath]) {
      if (path === null) continue;
      const error = await errorOfReading(path);
      if (error !== null) throw vanished(`${path}, which was there before, ${reasonOf(error)}`);
    }
  }
}

function reasonOf(error: unknown): string {
  if (isSystemError(error, "ENOENT", "ENOTDIR")) return "is gone";
  return `cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)})`;
}

/** A byte is read: a handle can be stale, or a disk gone, though the name is still known. */
async function errorOfReading(path: string): Promise<unknown> {
  let handle: FileHandle | null = null;
  try {
    // Opening a pipe would wait for somebody to write into it.
    if (!(await stat(path)).isFile()) return null;
    handle = await open(path);
    await handle.read(Buffer.alloc(1), 0, 1, 0);
    return null;
  } catch (error) {
    return error;
  } finally {
    await handle?.close().catch(() => {});
  }
}

function vanished(what: string): DeeplasiaError {
  return new DeeplasiaError(
    "ERR_DEEPLASIA_IMAGE_MISSING",
    `the pictures or masks cannot be reached any more: ${what}; ${MANY} rows in a row failed`,
    { remedy: `See that their folder is there (is its disk mounted?). ${CAN_RESUME}` },
  );
}
