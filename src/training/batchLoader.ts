import type { PictureContract } from "../contract/contract.js";
import { DeeplasiaError } from "../errors.js";
import { type Filled, fillSlots, fillSlotWithTarget, whyUnusable } from "../image/fillSlots.js";
import type { PictureNote } from "../image/pictureNote.js";
import type { ReadPicture } from "../image/readPicture.js";
import { useWorkers } from "../image/workers.js";
import { type BatchHandle, type ImagePlan, native } from "../native.js";
import { Semaphore } from "../semaphore.js";
import { rowsOfRank } from "./batches.js";
import type { TrainingRow } from "./trainingRow.js";

export interface LoadedBatch {
  /** Its number within the epoch. */
  index: number;
  /** Whether it is the last one of the epoch. */
  isLast: boolean;
  /** All rows of the batch; of several processes, the rows of all. */
  all: readonly TrainingRow[];
  handle: BatchHandle;
  /** The true masks of the pictures, in the same slots; null where masks are not what is learnt. */
  targets: BatchHandle | null;
  /** The slots that hold a picture. The slot of a row that failed is not among them. */
  slots: Int32Array;
  /** The rows of these slots, in the same order. */
  rows: TrainingRow[];
  /** Seconds that the step waited for the batch. */
  waitedSeconds: number;
}

export interface LoaderOptions {
  contract: PictureContract;
  /** The masks are the truth to learn, not a part of the pictures' preparation. */
  learnsMasks?: boolean;
  /** The most rows that this process has in a batch. */
  capacity: number;
  /** Pictures that are decoded and preprocessed at the same time. */
  numWorkers: number;
  /** In a run of several processes, each loads its rows of a batch. */
  group?: { rank: number; ranks: number };
  /** A picture that cannot be used is an error; else it is left out. */
  strict: boolean;
  /** How files become pictures: from a cache, or read anew each time. */
  read?: ReadPicture;
  /** Called each time a row fails. */
  onFailure(row: TrainingRow, error: DeeplasiaError): void;
  /** Called each time a row is loaded whose picture has notes. */
  onNotes?(row: TrainingRow, notes: readonly PictureNote[]): void;
}

/** The native memory of a batch. */
type Handles = Pick<LoadedBatch, "handle" | "targets">;

/** What native code does to a row's picture. */
export type PlanOf = (row: TrainingRow) => ImagePlan;

/**
 * Turns rows into native batches. Pictures are decoded, preprocessed and augmented ahead of the steps, a bounded number at the
 * same time.
 *
 * A batch always has the same rows. A row that fails leaves its slot empty, so that neither the other batches nor the position
 * in the epoch depend on it.
 */
export class BatchLoader implements AsyncDisposable {
  private readonly workers: Semaphore;
  private readonly idle: Handles[] = [];

  constructor(private readonly options: LoaderOptions) {
    this.workers = new Semaphore(useWorkers(options.numWorkers));
  }

  /**
   * The batches in order, starting with number `from`. A batch without a usable row is left out, unless other processes may
   * have rows of it. The consumer may use a batch until it asks for the next one.
   *
   * Throws, if `strict`, the error of the first row that fails.
   */
  async *load(batches: readonly TrainingRow[][], planOf: PlanOf, from = 0): AsyncGenerator<LoadedBatch> {
    const { ranks } = this.group;
    const pending: Promise<LoadedBatch>[] = [];
    let next = from;
    const loadAhead = () => {
      while (next < batches.length && pending.length < this.batchesAhead(batches[next]!.length)) {
        const loading = this.loadBatch(next, batches, planOf);
        loading.catch(() => {}); // it is thrown when this batch is next
        pending.push(loading);
        next += 1;
      }
    };
    try {
      for (loadAhead(); pending.length > 0; ) {
        const asked = performance.now();
        const batch = await pending.shift()!;
        batch.waitedSeconds = (performance.now() - asked) / 1000;
        loadAhead();
        try {
          if (batch.rows.length > 0 || ranks > 1) yield batch;
        } finally {
          this.idle.push(batch);
        }
      }
    } finally {
      for (const result of await Promise.allSettled(pending))
        if (result.status === "fulfilled") this.idle.push(result.value);
    }
  }

  /** Enough batches that every worker has a picture, and one is ready. */
  private batchesAhead(batchSize: number): number {
    return 1 + Math.ceil(Math.max(this.options.numWorkers, 1) / batchSize);
  }

  private get group(): { rank: number; ranks: number } {
    return this.options.group ?? { rank: 0, ranks: 1 };
  }

  private async loadBatch(
    index: number,
    batches: readonly TrainingRow[][],
    planOf: PlanOf,
  ): Promise<LoadedBatch> {
    const all = batches[index]!;
    const wanted = rowsOfRank(all, this.group);
    const { handle, targets } = this.idle.pop() ?? this.createHandles();
    const handles = { handle, targets };
    const errors = await Promise.all(wanted.map((row, slot) => this.fill(handles, slot, row, planOf(row))));
    const failure = errors.find((error) => error !== undefined);
    if (failure !== undefined && this.options.strict) {
      this.idle.push(handles);
      throw failure;
    }
    const slots = [...wanted.keys()].filter((slot) => errors[slot] === undefined);
    const rows = slots.map((slot) => wanted[slot]!);
    const isLast = index === batches.length - 1;
    return { index, isLast, all, ...handles, slots: Int32Array.from(slots), rows, waitedSeconds: 0 };
  }

  /** Puts a picture into a slot. Returns the error of a row that cannot be used. */
  private async fill(
    { handle: batch, targets }: Handles,
    slot: number,
    row: TrainingRow,
    plan: ImagePlan,
  ): Promise<DeeplasiaError | undefined> {
    const source = { image: row.imagePath, mask: row.maskPath };
    const { read } = this.options;
    const result = await this.workers.run(async () => {
      if (targets !== null) return fillSlotWithTarget({ batch, plan }, targets, slot, source, read);
      const [filled] = await fillSlots([{ batch, plan }], slot, source, read);
      return filled as Filled;
    });
    const error = whyUnusable(result, this.options.contract)?.at({ file: row.imagePath, row: row.row });
    if (error !== undefined) this.options.onFailure(row, error);
    else if (!(result instanceof DeeplasiaError) && result.notes.length > 0)
      this.options.onNotes?.(row, result.notes);
    return error;
  }

  private createHandles(): Handles {
    const { capacity, contract, learnsMasks = false } = this.options;
    const [, height, width] = contract.inputSize;
    const create = () => native().createBatch(capacity, height, width);
    return { handle: create(), targets: learnsMasks ? create() : null };
  }

  /** Releases the memory. No batch may be in use. */
  async [Symbol.asyncDispose](): Promise<void> {
    const handles = this.idle.splice(0).flatMap(({ handle, targets }) => [handle, targets ?? []].flat());
    await Promise.all(handles.map((handle) => native().dispose(handle)));
  }
}
