/**
 * Samples to predictions: blocks of `batchSize` rows are decoded, preprocessed and predicted side by side, and come out
 * in the order of the input. One model is an ensemble of one. How many pictures of a block a network is given at once is
 * another matter (`forwardSize.ts`).
 *
 * A block is always the same rows, whether some of them fail or the run was interrupted before: the composition of
 * a forward must not depend on that, or the last bits of a prediction would.
 */
import type { FailedSample, ReadySample, Sample } from "../data/sample.js";
import { DeeplasiaError } from "../errors.js";
import type { View } from "../image/imagePlan.js";
import { useWorkers } from "../image/workers.js";
import type { BoneAgeModel } from "../model/model.js";
import { type BlockOptions, BlockPredictor, type Outcome } from "./blockPredictor.js";
import type { FailureRecord, OutputRecord } from "./record.js";

export interface PipelineOptions extends View, Omit<BlockOptions, "views"> {
  signal?: AbortSignal | undefined;
}

/** A block's rows, and what each model says of them: a list of records a model, each in input order. */
export interface PredictedBlock {
  samples: readonly Sample[];
  ofModels: OutputRecord[][];
}

/** Blocks that are loaded, predicted or wait to be taken: enough that neither side waits for the other. */
const BLOCKS_IN_FLIGHT = 3;

/** Blocks in input order, as long as there are samples; the last one may be shorter. */
export async function* predictBlocks(
  models: readonly BoneAgeModel[],
  samples: AsyncIterable<Sample>,
  options: PipelineOptions,
): AsyncGenerator<PredictedBlock> {
  useWorkers(options.numWorkers);
  const predictor = new BlockPredictor(models, { ...options, views: [options] });
  const pending: Promise<PredictedBlock>[] = [];
  try {
    for await (const block of blocks(samples, options.batchSize)) {
      if (options.signal?.aborted) break;
      const result = predictBlock(predictor, models.length, block);
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

/** Records of one block; a row that cannot be predicted is a failure record, whatever happened to it. */
async function predictBlock(
  predictor: BlockPredictor,
  models: number,
  block: readonly Sample[],
): Promise<PredictedBlock> {
  const ready = block.filter((sample): sample is ReadySample => !isFailed(sample));
  const outcomes = await predictor.predict(
    ready.map(({ imagePath, maskPath, sex }) => ({ source: { image: imagePath, mask: maskPath }, sex })),
  );
  const outcomeOf = new Map(ready.map((sample, i) => [sample.index, outcomes[i]!]));
  const ofModels = Array.from({ length: models }, (_, member) =>
    block.map((sample) =>
      isFailed(sample)
        ? failureRecord(sample, sample.error, sample.dropped)
        : record(sample, outcomeOf.get(sample.index)!, member),
    ),
  );
  return { samples: block, ofModels };
}

export const isFailed = (sample: Sample): sample is FailedSample => "error" in sample;

function record(sample: ReadySample, outcome: Outcome, member: number): OutputRecord {
  const reading = outcome.readings[member]!;
  if (reading instanceof DeeplasiaError) return failureRecord(sample, reading);
  const { index, row, imageId, dir, patientId, boneAgeMonths } = sample;
  const { sex, sexPredicted } = outcome;
  return { index, row, imageId, dir, patientId, sex, sexPredicted, boneAgeMonths, ...reading };
}

function failureRecord(sample: Sample, error: DeeplasiaError, dropped = false): FailureRecord {
  const file = error.file ?? ("imagePath" in sample ? sample.imagePath : sample.imageId);
  const { code, message, remedy } = error;
  return { index: sample.index, row: sample.row, file, code, message, ...(remedy && { remedy }), dropped };
}
