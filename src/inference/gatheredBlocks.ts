/**
 * Gathers single pictures, which come whenever they like, into blocks: what waits while the networks are busy is predicted
 * together as soon as they are free. A picture that comes while they idle is not kept waiting.
 */
import { useWorkers } from "../image/workers.js";
import type { BoneAgeModel } from "../model/boneAgeModel.js";
import type { Outcome, Subject } from "./block.js";
import { type BlockOptions, BlockPredictor } from "./blockPredictor.js";

/** What was predicted together. */
export interface GatheredBatch {
  /** Pictures in it. */
  size: number;
  /** Pictures that are still waiting. */
  queued: number;
}

export interface GatherOptions extends BlockOptions {
  /** How long the first picture of a batch that is not full waits for others, ms. */
  maxWaitMs: number;
  onBatch?: ((batch: GatheredBatch) => void) | undefined;
}

interface Waiting {
  subject: Subject;
  begin(): void;
  resolve(outcome: Outcome): void;
  reject(reason: unknown): void;
}

/** While one block is in the networks, the pictures of the next are decoded. */
const BLOCKS_IN_FLIGHT = 2;

export class GatheredBlocks {
  private readonly predictor: BlockPredictor;
  private readonly waiting: Waiting[] = [];
  private readonly running = new Set<Promise<void>>();
  private timer: NodeJS.Timeout | undefined;
  private isPlanned = false;

  constructor(
    models: readonly BoneAgeModel[],
    private readonly options: GatherOptions,
  ) {
    const numWorkers = useWorkers(options.numWorkers);
    this.predictor = new BlockPredictor(models, { ...options, numWorkers });
  }

  /** Pictures that wait for their batch. */
  get queued(): number {
    return this.waiting.length;
  }

  /**
   * Predicts one picture. Once the signal aborts it rejects with the signal's reason; a picture whose batch has not begun
   * is taken out of the queue. `onBegin` is called when its batch begins.
   */
  predict(subject: Subject, signal?: AbortSignal, onBegin = () => {}): Promise<Outcome> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    const { promise, entry } = waitingFor(subject, onBegin);
    const leave = () => {
      const place = this.waiting.indexOf(entry);
      if (place !== -1) this.waiting.splice(place, 1);
      entry.reject(signal!.reason);
    };
    signal?.addEventListener("abort", leave, { once: true });
    this.waiting.push(entry);
    this.plan();
    return promise.finally(() => signal?.removeEventListener("abort", leave));
  }

  /** Waits for all pictures that were accepted, then frees the batches. */
  async close(): Promise<void> {
    this.start();
    while (this.running.size > 0) {
      await Promise.all(this.running);
      this.start();
    }
    await this.predictor.dispose();
  }

  /** Starts a block once all calls of this turn of the event loop have come, or after `maxWaitMs`. */
  private plan(): void {
    const { batchSize, maxWaitMs } = this.options;
    if (this.waiting.length >= batchSize || maxWaitMs === 0) {
      if (this.isPlanned) return;
      this.isPlanned = true;
      setImmediate(() => {
        this.isPlanned = false;
        this.start();
      });
    } else this.timer ??= setTimeout(() => this.start(), maxWaitMs);
  }

  private start(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    while (this.waiting.length > 0 && this.running.size < BLOCKS_IN_FLIGHT) {
      const entries = this.waiting.splice(0, this.options.batchSize);
      for (const { begin } of entries) begin();
      this.options.onBatch?.({ size: entries.length, queued: this.waiting.length });
      const block = this.run(entries).finally(() => {
        this.running.delete(block);
        if (this.waiting.length > 0) this.start();
      });
      this.running.add(block);
    }
  }

  private async run(entries: readonly Waiting[]): Promise<void> {
    try {
      const outcomes = await this.predictor.predict(entries.map(({ subject }) => subject));
      for (const [i, { resolve }] of entries.entries()) resolve(outcomes[i]!);
    } catch (error) {
      for (const { reject } of entries) reject(error);
    }
  }
}

function waitingFor(subject: Subject, begin: () => void): { promise: Promise<Outcome>; entry: Waiting } {
  let entry!: Waiting;
  const promise = new Promise<Outcome>((resolve, reject) => {
    entry = { subject, begin, resolve, reject };
  });
  return { promise, entry };
}
