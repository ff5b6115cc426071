/**
 * Rows to native batches: pictures are decoded, preprocessed and augmented ahead of the steps, a bounded number at once.
 *
 * A batch is always the same rows. One that fails leaves its slot empty, so that neither the other batches nor the place
 * in the epoch depend on it.
 */

import type { Contract } from "../contract/contract.js";
import { DeeplasiaError } from "../errors.js";
import { type Filled, fillSlots, whyUnusable } from "../image/fillSlots.js";
import type { PictureNote } from "../image/pictureNote.js";
import type { ReadPicture } from "../image/readPicture.js";
import { useWorkers } from "../image/workers.js";
import { type BatchHandle, type ImagePlan, native } from "../native.js";
import { Semaphore } from "../semaphore.js";
import { partOf } from "./batches.js";
import type { TrainingRow } from "./trainingRow.js";

export interface LoadedBatch {
  /** Its number within the epoch. */
  index: number;
  /** No other comes after it. */
  isLast: boolean;
  /** All that belong to it; of several processes, the parts of all. */
  all: readonly TrainingRow[];
  handle: BatchHandle;
  /** Slots that hold a picture, and whose; not all of them where rows failed. */
  slots: Int32Array;
  rows: TrainingRow[];
  /** How long the step had to wait for it. */
  waitedSeconds: number;
}

export interface LoaderOptions {
  contract: Contract;
  /** Rows of the largest batch, or part of one. */
  capacity: number;
  /** Pictures that are decoded and preprocessed at once. */
  numWorkers: number;
  /** Of several processes, which loads which part of a batch: the rows `rank`, `rank + ranks`, …. */
  part?: { rank: number; ranks: number };
  /** A picture that cannot be used is an error, not left out. */
  strict: boolean;
  /** How files become pictures: with a cache, or each time anew. */
  read?: ReadPicture;
  /** Called each time that a row fails. */
  onFailure(row: TrainingRow, error: DeeplasiaError): void;
  /** Called each time that a row is loaded of whose picture there is something worth knowing. */
  onNotes?(row: TrainingRow, notes: readonly PictureNote[]): void;
}

/** What native code shall do to a row's picture. */
export type PlanOf = (row: TrainingRow) => ImagePlan;

export class BatchLoader implements AsyncDisposable {
  private readonly workers: Semaphore;
  private readonly idle: BatchHandle[] = [];

  constructor(private readonly options: LoaderOptions) {
    this.workers = new Semaphore(useWorkers(options.numWorkers));
  }

  /**
   * The batches in order, from number `from` on; one of which no row can be used is left out, unless other processes may
   * have rows of it. A batch is the consumer's until it asks for the next.
   *
   * Throws, if `strict`, the error of the first row that fails.
   */
  async *load(batches: readonly TrainingRow[][], planOf: PlanOf, from = 0): AsyncGenerator<LoadedBatch> {
    const { ranks } = this.part;
    const pending: Promise<LoadedBatch>[] = [];
    let next = from;
    const loadAhead = () => {
      while (next < batches.length && pending.length < this.batchesAhead(batches[next]!.length)) {
        const loading = this.loadBatch(next, batches, planOf);
        loading.catch(() => {}); // thrown when its turn comes
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
          this.idle.push(batch.handle);
        }
      }
    } finally {
      for (const result of await Promise.allSettled(pending))
        if (result.status === "fulfilled") this.idle.push(result.value.handle);
    }
  }

  /** Enough for every worker to have a picture, and one that is ready. */
  private batchesAhead(batchSize: number): number {
    return 1 + Math.ceil(Math.max(this.options.numWorkers, 1) / batchSize);
  }

  private get part(): { rank: number; ranks: number } {
    return this.options.part ?? { rank: 0, ranks: 1 };
  }

  private async loadBatch(
    index: number,
    batches: readonly TrainingRow[][],
    planOf: PlanOf,
  ): Promise<LoadedBatch> {
    const all = batches[index]!;
    const wanted = partOf(all, this.part);
    const handle = this.idle.pop() ?? this.createBatch();
    const errors = await Promise.all(wanted.map((row, slot) => this.fill(handle, slot, row, planOf(row))));
    const failure = errors.find((error) => error !== undefined);
    if (failure !== undefined && this.options.strict) {
      this.idle.push(handle);
      throw failure;
    }
    const slots = [...wanted.keys()].filter((slot) => errors[slot] === undefined);
    const rows = slots.map((slot) => wanted[slot]!);
    const isLast = index === batches.length - 1;
    return { index, isLast, all, handle, slots: Int32Array.from(slots), rows, waitedSeconds: 0 };
  }

  /** The error of a row that cannot be used. */
  private async fill(
    handle: BatchHandle,
    slot: number,
    row: TrainingRow,
    plan: ImagePlan,
  ): Promise<DeeplasiaError | undefined> {
    const source = { image: row.imagePath, mask: row.maskPath };
    const filled = await this.workers.run(() =>
      fillSlots([{ batch: handle, plan }], slot, source, this.options.read),
    );
    const [result] = filled as [Filled];
    const error = whyUnusable(result, this.options.contract)?.at({ file: row.imagePath, row: row.row });
    if (error !== undefined) this.options.onFailure(row, error);
    else if (!(result instanceof DeeplasiaError) && result.notes.length > 0)
      this.options.onNotes?.(row, result.notes);
    return error;
  }

  private createBatch(): BatchHandle {
    const [, height, width] = this.options.contract.inputSize;
    return native().createBatch(this.options.capacity, height, width);
  }

  /** Give the memory back; no batch may be in use. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.idle.splice(0).map((handle) => native().dispose(handle)));
  }
}
