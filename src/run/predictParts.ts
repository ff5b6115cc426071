import { posix } from "node:path";
import type { Reading } from "../boneAge/reading.js";
import { type Progress, ProgressMeter } from "../console/progress.js";
import type { Manifest } from "../contract/manifest.js";
import type { Group } from "../distributed/group.js";
import { DeeplasiaError } from "../errors.js";
import type { PartPredictions, PredictedRow } from "../evaluation/partPredictions.js";
import type { ReadPicture } from "../image/readPicture.js";
import type { Outcome, Subject } from "../inference/block.js";
import { predictBlocks } from "../inference/predictBlocks.js";
import { testTimeViews } from "../inference/testTimeViews.js";
import type { BoneAgeModel } from "../model/boneAgeModel.js";
import { loadModel } from "../model/loadModel.js";
import type { TrainConfig } from "../options/train/index.js";
import { batches, rowsOfRank } from "../training/batches.js";
import type { CohortPart } from "../training/trainingCohort.js";
import { type AgeRow, PARTS, type Part } from "../training/trainingRow.js";
import { PART_NAMES } from "./evaluationTable.js";
import { FeatureRecord } from "./featureRecord.js";
import { precisionOn, threadsOfRank } from "./runDevice.js";

export interface PartsToPredict {
  /** The TorchScript archive to evaluate. Its bias correction is not applied. */
  modelFile: string;
  parts: Record<Part, Pick<CohortPart<AgeRow>, "rows">>;
  /** Each of several processes predicts a share of the rows. */
  group: Group;
  config: TrainConfig;
  /** `cpu`, `cuda:n`. */
  device: string;
  /** How files become pictures: from a cache, or read anew each time. */
  read?: ReadPicture | undefined;
  progress?: Progress | undefined;
  /** Stops between two blocks. */
  signal?: AbortSignal | undefined;
  /** Called with each row that cannot be predicted. */
  onFailure(row: AgeRow, error: DeeplasiaError): void;
}

export interface PredictedParts {
  /** The predictions of the parts that have any, not corrected. */
  predicted: Partial<Record<Part, PartPredictions>>;
  /** The number of rows that failed. */
  failed: number;
  /** What the contract has of the features of the pictures. */
  features: Manifest;
}

export async function predictParts(options: PartsToPredict): Promise<PredictedParts> {
  const { modelFile, device, config, group, progress } = options;
  const model = await loadModel(modelFile, {
    device,
    precision: precisionOn(device, config),
    threads: threadsOfRank(config, group.localRanks),
    trust: config.trust,
    contract: { biasSlope: 0, biasIntercept: 0 },
  });
  const predicted: Partial<Record<Part, PartPredictions>> = {};
  const features = new FeatureRecord();
  let failed = 0;
  try {
    for (const part of PARTS) {
      const rows = rowsOf(part, options);
      const predictions = await predictInGroup(model, part, rows, { ...options, features });
      failed += rows.length - predictions.rows.length;
      if (predictions.rows.length > 0) predicted[part] = predictions;
    }
  } finally {
    progress?.finish();
    await model.dispose();
  }
  return { predicted, failed, features: await features.manifest(group) };
}

function rowsOf(part: Part, { parts, config: { data, trainer } }: PartsToPredict): AgeRow[] {
  const limit = part === "test" ? trainer.limit_test_batches : null;
  return batches(parts[part].rows, { batchSize: data.test_batch_size, dropLast: false, limit }).flat();
}

interface FailedPrediction {
  subject: AgeRow;
  error: DeeplasiaError;
}

type Recorded = PartsToPredict & { features: FeatureRecord };

/** Predicts this process's share of the rows, and exchanges it for those of the other processes. */
async function predictInGroup(
  model: BoneAgeModel,
  part: Part,
  subjects: readonly AgeRow[],
  options: Recorded,
): Promise<PartPredictions> {
  const { group, onFailure } = options;
  const own = await predictShare(model, part, rowsOfRank(subjects, group), options);
  const all = await group.gather(own.rows.map((row) => (isFailed(row) ? failureText(row) : row)));
  const rows: PredictedRow[] = [];
  for (const [i, subject] of subjects.entries()) {
    const row = all[i % group.ranks]![Math.floor(i / group.ranks)]!;
    const { imagePath: file, row: number } = subject;
    if ("code" in row) onFailure(subject, new DeeplasiaError(row.code, row.message, { file, row: number }));
    else rows.push(row);
  }
  return { views: own.views, rows };
}

const isFailed = (row: PredictedRow | FailedPrediction): row is FailedPrediction => "error" in row;
const failureText = ({ error: { code, message } }: FailedPrediction) => ({ code, message });

async function predictShare(
  model: BoneAgeModel,
  part: Part,
  subjects: readonly AgeRow[],
  { config, read, signal, progress, features }: Recorded,
): Promise<{ views: readonly string[]; rows: (PredictedRow | FailedPrediction)[] }> {
  const { data, strict } = config;
  const views = viewsOf(part, config);
  const rows: (PredictedRow | FailedPrediction)[] = [];
  const meter = new ProgressMeter(subjects.length);
  let failed = 0;
  const options = {
    ...{ views, batchSize: data.test_batch_size, numWorkers: data.num_workers, read, signal },
    features: true,
  };
  for await (const { items, outcomes } of predictBlocks([model], subjects, { ...options, subjectOf })) {
    for (const [i, subject] of items.entries()) {
      const outcome = outcomes[i]!;
      const row = predictedRow(subject, outcome, model);
      if (outcome.features !== undefined) features.add(part, outcome.features);
      if (isFailed(row) && strict) throw row.error;
      if (isFailed(row)) failed += 1;
      rows.push(row);
    }
    progress?.update({ ...meter.event(rows.length, failed), label: `predicting ${PART_NAMES[part]}` });
    signal?.throwIfAborted();
  }
  signal?.throwIfAborted();
  return { views: views.map(({ name }) => name), rows };
}

function subjectOf({ imagePath, maskPath, sex }: AgeRow): Subject {
  return { source: { image: imagePath, mask: maskPath }, sex };
}

/** A row with the readings of all views. It has failed where any view has. */
function predictedRow(
  subject: AgeRow,
  { readings }: Outcome,
  { hasSexHead }: BoneAgeModel,
): PredictedRow | FailedPrediction {
  const { dir, imageId, male, boneAgeMonths, imagePath: file, row } = subject;
  const error = readings.find((reading) => reading instanceof DeeplasiaError);
  if (error !== undefined) return { subject, error: error.at({ file, row }) };
  const views = readings as Reading[];
  const ageMonths = views.map((reading) => reading.ageMonths);
  const maleHat = hasSexHead ? views.map(({ sexHat }) => sexHat!) : null;
  return { filename: posix.join(dir, imageId), male, boneAgeMonths, ageMonths, maleHat };
}

function viewsOf(part: Part, config: TrainConfig) {
  if (part === "train") return testTimeViews({ rotate: config.train_tta_rot, flip: config.train_tta_flip });
  return testTimeViews({ rotate: !config.no_test_tta_rot, flip: !config.no_test_tta_flip });
}
