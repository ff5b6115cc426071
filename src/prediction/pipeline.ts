/**
 * Samples to predictions: blocks of `batchSize` rows are decoded, preprocessed and predicted side by side, and come out
 * in the order of the input.
 *
 * A block is always the same rows, whether some of them fail or the run was interrupted before: the composition of a
 * batch must not depend on that, or the last bits of a prediction would.
 */
import { availableParallelism } from "node:os";
import type { FailedSample, ReadySample, Sample } from "../data/sample.js";
import { DeeplasiaError, toDeeplasiaError } from "../errors.js";
import { fillSlot } from "../image/loader.js";
import { imagePlan, normalisation, type View } from "../image/plan.js";
import type { BoneAgeModel } from "../model/model.js";
import { type BatchHandle, native } from "../native.js";
import { type Logger, silentLogger } from "../report/log.js";
import { interpret, type Reading } from "./months.js";
import type { FailureRecord, OutputRecord } from "./record.js";
import { Semaphore } from "./semaphore.js";

export interface PipelineOptions extends View {
  batchSize: number;
  /** Pictures that are decoded and preprocessed at once. */
  numWorkers: number;
  signal?: AbortSignal | undefined;
  logger?: Logger | undefined;
}

/** Blocks that are loaded, predicted or wait to be taken: enough that neither side waits for the other. */
const BLOCKS_IN_FLIGHT = 3;

/** One block of records, in input order, as long as there are samples; the last one may be shorter. */
export async function* predictBlocks(
  model: BoneAgeModel,
  samples: AsyncIterable<Sample>,
  options: PipelineOptions,
): AsyncGenerator<OutputRecord[]> {
  const predictor = new BlockPredictor(model, options);
  const pending: Promise<OutputRecord[]>[] = [];
  try {
    for await (const block of blocks(samples, options.batchSize)) {
      if (options.signal?.aborted) break;
      const result = predictor.predict(block);
      result.catch(() => {}); // reported when its turn comes
      pending.push(result);
      if (pending.length >= BLOCKS_IN_FLIGHT) yield await pending.shift()!;
    }
    while (pending.length > 0) yield await pending.shift()!;
  } finally {
    await Promise.allSettled(pending);
    await predictor.dispose();
  }
}

async function* blocks(samples: AsyncIterable<Sample>, size: number): AsyncGenerator<Sample[]> {
  let block: Sample[] = [];
  for await (const sample of samples) {
    block.push(sample);
    if (block.length < size) continue;
    yield block;
    block = [];
  }
  if (block.length > 0) yield block;
}

const isFailed = (sample: Sample): sample is FailedSample => "error" in sample;

function failureRecord(sample: Sample, error: DeeplasiaError, dropped = false): FailureRecord {
  const file = error.file ?? ("imagePath" in sample ? sample.imagePath : sample.imageId);
  return { index: sample.index, row: sample.row, file, code: error.code, message: error.message, dropped };
}

class BlockPredictor {
  private readonly pictures: Semaphore;
  private readonly idleBatches: BatchHandle[] = [];
  /** Most rows a forward is given; halved when the device runs out of memory. */
  private mostRows: number;

  constructor(
    private readonly model: BoneAgeModel,
    private readonly options: PipelineOptions,
  ) {
    native().setWorkers(Math.min(options.numWorkers, availableParallelism()));
    this.pictures = new Semaphore(options.numWorkers);
    this.mostRows = options.batchSize;
  }

  /** Records of one block; a row that cannot be predicted is a failure record, whatever happened to it. */
  async predict(block: Sample[]): Promise<OutputRecord[]> {
    const batch = this.idleBatches.pop() ?? this.createBatch();
    try {
      const errors = await this.fill(batch, block);
      const slots = [...block.keys()].filter((slot) => errors[slot] === undefined && !isFailed(block[slot]!));
      const outputs = await this.forward(batch, block, slots);
      return block.map((sample, slot) => this.record(sample, errors[slot] ?? outputs.get(slot)));
    } finally {
      this.idleBatches.push(batch);
    }
  }

  async dispose(): Promise<void> {
    await Promise.all(this.idleBatches.map((batch) => native().dispose(batch)));
  }

  private createBatch(): BatchHandle {
    const [, height, width] = this.model.contract.inputSize;
    return native().createBatch(this.options.batchSize, height, width);
  }

  /** Load the pictures of a block into the slots of the same numbers; the error of each that cannot be. */
  private fill(batch: BatchHandle, block: Sample[]): Promise<(DeeplasiaError | undefined)[]> {
    const { contract } = this.model;
    const plan = imagePlan(contract, this.options);
    return Promise.all(
      block.map(async (sample, slot) => {
        if (isFailed(sample)) return undefined;
        const source = { image: sample.imagePath, mask: sample.maskPath };
        return this.pictures
          .run(() => fillSlot(batch, slot, source, plan, contract))
          .then(
            () => undefined,
            (error) => toDeeplasiaError(error),
          );
      }),
    );
  }

  /**
   * Run the network on some slots. Out of memory, and a forward that fails for some picture, are met by halving: the
   * first until it fits, the second until the picture at fault is alone.
   */
  private async forward(
    batch: BatchHandle,
    block: Sample[],
    slots: number[],
  ): Promise<Map<number, Reading | DeeplasiaError>> {
    if (slots.length === 0) return new Map();
    if (slots.length > this.mostRows) return this.forwardInHalves(batch, block, slots);
    const { model } = this;
    const male = slots.map((slot) => ((block[slot] as ReadySample).sex === "M" ? 1 : 0));
    try {
      const { age, sexLogit } = await native().predict(
        model.handle,
        batch,
        Int32Array.from(slots),
        model.contract.inputSize[0],
        normalisation(model.contract),
        model.encodeSex(male, slots.length),
      );
      return new Map(
        slots.map((slot, i) => [slot, interpret(age[i]!, sexLogit?.[i] ?? null, model.contract)]),
      );
    } catch (cause) {
      const error = toDeeplasiaError(cause);
      const outOfMemory = error.code === "ERR_DEEPLASIA_OUT_OF_MEMORY";
      if (!outOfMemory && error.code !== "ERR_DEEPLASIA_MODEL_FORWARD") throw error;
      if (slots.length === 1 && outOfMemory) throw error.at({ file: model.file });
      if (slots.length === 1) return new Map([[slots[0]!, error]]);
      if (outOfMemory) this.halve(slots.length);
      return this.forwardInHalves(batch, block, slots);
    }
  }

  private async forwardInHalves(
    batch: BatchHandle,
    block: Sample[],
    slots: number[],
  ): Promise<Map<number, Reading | DeeplasiaError>> {
    const middle = Math.ceil(slots.length / 2);
    const first = await this.forward(batch, block, slots.slice(0, middle));
    const second = await this.forward(batch, block, slots.slice(middle));
    return new Map([...first, ...second]);
  }

  private halve(rows: number): void {
    const { logger = silentLogger, batchSize } = this.options;
    if (this.mostRows === batchSize) {
      logger.warn(
        `${this.model.device.name} is out of memory at a batch of ${rows}: going on with smaller batches ` +
          "(--batch_size sets the largest)",
      );
    }
    this.mostRows = Math.min(this.mostRows, Math.ceil(rows / 2));
  }

  private record(sample: Sample, outcome: Reading | DeeplasiaError | undefined): OutputRecord {
    if (isFailed(sample)) return failureRecord(sample, sample.error, sample.dropped);
    if (outcome instanceof DeeplasiaError) return failureRecord(sample, outcome);
    if (outcome === undefined)
      throw new DeeplasiaError("ERR_DEEPLASIA_INTERNAL", `row ${sample.row} was lost`);
    const { index, row, imageId, dir, patientId, sex, boneAgeMonths } = sample;
    return { index, row, imageId, dir, patientId, sex, sexPredicted: false, boneAgeMonths, ...outcome };
  }
}
