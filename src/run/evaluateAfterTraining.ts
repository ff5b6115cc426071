/** What a run ends with: its best model on train, validation and test, and the bias correction that follows from it. */

import { join, posix } from "node:path";
import type { Reading } from "../boneAge/reading.js";
import { writeArchiveManifest } from "../checkpoint/saveNetwork.js";
import { aligned } from "../console/aligned.js";
import type { Logger } from "../console/logger.js";
import { type Progress, ProgressMeter } from "../console/progress.js";
import { mergeManifests } from "../contract/merge.js";
import { archiveSources } from "../contract/sources.js";
import type { Group } from "../distributed/group.js";
import { DeeplasiaError } from "../errors.js";
import { correctionsFrom, whyNotWritten } from "../evaluation/correction.js";
import {
  type Corrections,
  type PartPredictions,
  type PartSummary,
  type PredictedRow,
  predictionsCsv,
  summarisePart,
} from "../evaluation/predictions.js";
import { testTimeViews } from "../evaluation/views.js";
import { makeFolder, writeFileAtomic } from "../files.js";
import type { ReadPicture } from "../image/readPicture.js";
import type { Outcome, Subject } from "../inference/block.js";
import { predictBlocks } from "../inference/predictBlocks.js";
import { loadModel } from "../model/loadModel.js";
import type { BoneAgeModel } from "../model/model.js";
import type { TrainConfig } from "../options/train/index.js";
import { plural } from "../plural.js";
import { batches, partOf } from "../training/batches.js";
import { type Bias, type Metrics, NO_BIAS } from "../training/hooks/epochMetrics.js";
import { type CohortPart, PARTS, type Part, type TrainingRow } from "../training/trainingCohort.js";
import { precisionOn } from "./runDevice.js";
import type { RunFolder } from "./runFolder.js";

export interface EvaluationOptions {
  /** The TorchScript archive to evaluate; its bias correction is replaced by the one that is found. */
  modelFile: string;
  /** Where `<part>_pred.csv` are written. */
  folder: Pick<RunFolder, "predictions">;
  parts: Record<Part, Pick<CohortPart, "rows">>;
  /** Of several processes each predicts its part of the rows; the first one writes. */
  group: Group;
  config: TrainConfig;
  /** `cpu`, `cuda:n`. */
  device: string;
  /** How files become pictures: with a cache, or each time anew. */
  read?: ReadPicture | undefined;
  logger: Logger;
  progress?: Progress | undefined;
  /** Stops between two batches. */
  signal?: AbortSignal | undefined;
  /** Called with each row that cannot be predicted; it is left out of everything else. */
  onFailure(row: TrainingRow, error: DeeplasiaError): void;
}

export interface Evaluation {
  /** Only parts of which a row was predicted. */
  parts: Partial<Record<Part, PartSummary>>;
  /** Rows that could not be predicted. */
  failed: number;
  /** The line through the errors of the train predictions; months. Zeros: none. */
  bias: Bias;
  /** What the model file corrects by from now on: that line, or zeros where it is implausible or no gain. */
  written: Bias;
}

/** The reference's names of the parts, in files and metrics. */
const NAMES: Record<Part, string> = { train: "train", val: "validation", test: "test" };

/**
 * Predict the three parts of the cohort, write their predictions, and give the model file the bias correction that fits
 * the train predictions, unless that is implausible or no gain. Nothing is written before all is predicted. All processes return the same.
 *
 * Throws ERR_DEEPLASIA_ABORTED at the signal, ERR_DEEPLASIA_OUTPUT, what `loadModel` throws and, if `strict`, the error of
 * the first row that fails.
 */
export async function evaluateAfterTraining(options: EvaluationOptions): Promise<Evaluation> {
  const { group, config, logger } = options;
  const { predicted, failed } = await predictParts(options);
  const corrections = config.no_regression ? null : correctionsFrom(predicted.get("train"), logger);
  const parts: Evaluation["parts"] = {};
  for (const [part, predictions] of predicted) parts[part] = summarisePart(predictions, corrections);
  const bias = corrections?.mean ?? NO_BIAS;
  const fault = corrections === null ? null : whyNotWritten(bias, predicted);
  const written = fault === null ? bias : NO_BIAS;
  if (group.isFirst) await writeResults(options, predicted, corrections, written);
  if (fault !== null) logger.warn(`the model gets no bias correction: ${fault}`);
  for (const line of summaryTable(parts, config)) logger.info(line);
  if (fault !== null && learnsAge(config))
    logger.warn("MAD_reg and MAD_reg_tta are with the bias correction that the model did not get");
  if (failed > 0) logger.warn(`${plural(failed, "row")} could not be predicted: left out`);
  return { parts, failed, bias, written };
}

async function writeResults(
  { modelFile, folder, config }: EvaluationOptions,
  predicted: ReadonlyMap<Part, PartPredictions>,
  corrections: Corrections | null,
  written: Bias,
): Promise<void> {
  await makeFolder(folder.predictions);
  for (const [part, predictions] of predicted) {
    const file = join(folder.predictions, `${NAMES[part]}_pred.csv`);
    await writeFileAtomic(file, predictionsCsv(predictions, corrections));
  }
  const { manifest: before } = mergeManifests(await archiveSources(modelFile));
  const manifest = { ...before, biasSlope: written.slope, biasIntercept: written.intercept };
  await writeArchiveManifest(modelFile, modelFile, manifest, config);
}

/** The reference's six `hp/…` of TensorBoard: MADs in months, -1 for those that there are not (yet). */
export function hyperParameterMetrics(parts: Evaluation["parts"]): Metrics {
  const ofPart = (part: "val" | "test") => {
    const { mad, madReg, madRegTta } = parts[part] ?? { mad: null, madReg: null, madRegTta: null };
    const name = `hp/${NAMES[part]}_mad`;
    return { [name]: mad ?? -1, [`${name}_reg`]: madReg ?? -1, [`${name}_reg_tta`]: madRegTta ?? -1 };
  };
  return { ...ofPart("val"), ...ofPart("test") };
}

/** Uncorrected predictions of the parts that have rows, and how many rows failed. */
async function predictParts(options: EvaluationOptions) {
  const { modelFile, device, config, progress } = options;
  const model = await loadModel(modelFile, {
    device,
    precision: precisionOn(device, config),
    threads: config.threads,
    trust: config.trust,
    // What training corrected by is of no use here.
    contract: { biasSlope: 0, biasIntercept: 0 },
  });
  const predicted = new Map<Part, PartPredictions>();
  let failed = 0;
  try {
    for (const part of PARTS) {
      const rows = rowsOf(part, options);
      const predictions = await predictTogether(model, part, rows, options);
      failed += rows.length - predictions.rows.length;
      if (predictions.rows.length > 0) predicted.set(part, predictions);
    }
  } finally {
    progress?.finish();
    await model.dispose();
  }
  return { predicted, failed };
}

function rowsOf(part: Part, { parts, config: { data, trainer } }: EvaluationOptions): TrainingRow[] {
  const limit = part === "test" ? trainer.limit_test_batches : null;
  return batches(parts[part].rows, { batchSize: data.test_batch_size, dropLast: false, limit }).flat();
}

interface Failed {
  subject: TrainingRow;
  error: DeeplasiaError;
}

/** Each process predicts the rows of its own, and gets those of the others; null: a row that failed. */
async function predictTogether(
  model: BoneAgeModel,
  part: Part,
  subjects: readonly TrainingRow[],
  options: EvaluationOptions,
): Promise<PartPredictions> {
  const { group, onFailure } = options;
  const own = await predictPart(model, part, partOf(subjects, group), options);
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

const isFailed = (row: PredictedRow | Failed): row is Failed => "error" in row;
const failureText = ({ error: { code, message } }: Failed) => ({ code, message });

async function predictPart(
  model: BoneAgeModel,
  part: Part,
  subjects: readonly TrainingRow[],
  { config, read, signal, progress }: EvaluationOptions,
): Promise<{ views: readonly string[]; rows: (PredictedRow | Failed)[] }> {
  const { data, strict } = config;
  const views = viewsOf(part, config);
  const rows: (PredictedRow | Failed)[] = [];
  const meter = new ProgressMeter(subjects.length);
  let failed = 0;
  const options = { views, batchSize: data.test_batch_size, numWorkers: data.num_workers, read, signal };
  for await (const { items, outcomes } of predictBlocks([model], subjects, { ...options, subjectOf })) {
    for (const [i, subject] of items.entries()) {
      const row = predictedRow(subject, outcomes[i]!, model);
      if (isFailed(row) && strict) throw row.error;
      if (isFailed(row)) failed += 1;
      rows.push(row);
    }
    progress?.update({ ...meter.event(rows.length, failed), label: `predicting ${NAMES[part]}` });
  }
  if (signal?.aborted && rows.length < subjects.length) throw aborted(signal);
  return { views: views.map(({ name }) => name), rows };
}

function subjectOf({ imagePath, maskPath, sex }: TrainingRow): Subject {
  return { source: { image: imagePath, mask: maskPath }, sex };
}

/** A row with the readings of all views; one that fails in any view has failed. */
function predictedRow(
  subject: TrainingRow,
  { readings }: Outcome,
  { hasSexHead }: BoneAgeModel,
): PredictedRow | Failed {
  const { dir, imageId, male, boneAgeMonths, imagePath: file, row } = subject;
  const error = readings.find((reading) => reading instanceof DeeplasiaError);
  if (error !== undefined) return { subject, error: error.at({ file, row }) };
  const ofViews = readings as Reading[];
  const ageMonths = ofViews.map((reading) => reading.ageMonths);
  const maleHat = hasSexHead ? ofViews.map(({ sexHat }) => sexHat!) : null;
  return { filename: posix.join(dir, imageId), male, boneAgeMonths, ageMonths, maleHat };
}

function aborted(signal: AbortSignal): DeeplasiaError {
  return new DeeplasiaError("ERR_DEEPLASIA_ABORTED", "stopped before the end", { cause: signal.reason });
}

function viewsOf(part: Part, config: TrainConfig) {
  if (part === "train") return testTimeViews({ rotate: config.train_tta_rot, flip: config.train_tta_flip });
  return testTimeViews({ rotate: !config.no_test_tta_rot, flip: !config.no_test_tta_flip });
}

const learnsAge = ({ model }: TrainConfig) => model.learnable_sigma || model.age_sigma > 0;

/** Lines of a table of MADs (months) and accuracies; ages that nobody trained are left out. */
function summaryTable(parts: Evaluation["parts"], config: TrainConfig): string[] {
  const hasAges = learnsAge(config);
  const header = ["", "pictures", ...(hasAges ? ["MAD", "MAD_reg", "MAD_reg_tta"] : []), "sex accuracy"];
  const lines = PARTS.flatMap((part) => {
    const summary = parts[part];
    if (summary === undefined) return [];
    const { pictures, mad, madReg, madRegTta, sexAccuracy } = summary;
    const mads = [mad, madReg, madRegTta].map((value) => value?.toFixed(2) ?? "none");
    return [[NAMES[part], String(pictures), ...(hasAges ? mads : []), sexAccuracy?.toFixed(3) ?? "none"]];
  });
  return aligned([header, ...lines], 1);
}
