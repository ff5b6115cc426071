/** The library's predictions: one picture, a cohort as an async iterable, a cohort into a file. */
import { createHash } from "node:crypto";
import type { Sex } from "../data/annotations.js";
import { type Cohort, openCohort } from "../data/cohort.js";
import { cohortFromFiles } from "../data/pictures.js";
import { DeeplasiaError, toDeeplasiaError } from "../errors.js";
import { sha256OfFile } from "../files.js";
import { fillSlot } from "../image/loader.js";
import { imagePlan, normalisation } from "../image/plan.js";
import type { BoneAgeModel } from "../model/model.js";
import { native } from "../native.js";
import { type PredictOptions, predictOptions } from "../options/schema.js";
import { type Logger, silentLogger } from "../report/log.js";
import { type ProgressEvent, ProgressMeter } from "../report/progress.js";
import { toMonths, toProbability } from "./months.js";
import { type Output, openOutput } from "./output.js";
import { predictBlocks } from "./pipeline.js";
import { isFailure, type OutputRecord } from "./record.js";
import { type Summary, SummaryBuilder } from "./summary.js";

export interface PredictImageOptions {
  /** Needed by a model with a sex input. */
  sex?: Sex | undefined;
  /** The hand's mask: a file, or the bytes of one. Needed by a model that was trained on masked hands. */
  mask?: string | Uint8Array | undefined;
  flip?: boolean | undefined;
  /** Degrees, positive is clockwise. */
  rotationAngle?: number | undefined;
}

export interface ImagePrediction {
  /** Bone age in months, bias-corrected. */
  ageMonths: number;
  /** The network's own output: a z-score, or months, as its contract says. */
  ageZ: number;
  /** Probability of male from a model with a sex head, else null. */
  sexHat: number | null;
}

/**
 * Bone age of one radiograph.
 *
 * @param image A file (PNG, JPEG, TIFF, WebP), or the bytes of one.
 * @throws DeeplasiaError ERR_DEEPLASIA_SEX, _MASK_MISSING, _IMAGE_…, _MODEL_FORWARD, _NOT_FINITE.
 */
export async function predictImage(
  model: BoneAgeModel,
  image: string | Uint8Array,
  { sex, mask, flip = false, rotationAngle = 0 }: PredictImageOptions = {},
): Promise<ImagePrediction> {
  const { contract } = model;
  if (sex === undefined && contract.sexEncoding !== "none") {
    throw new DeeplasiaError(
      "ERR_DEEPLASIA_SEX",
      "this model needs the sex of the child: pass sex, 'F' or 'M'",
    );
  }
  if (mask === undefined && contract.maskNeeded) {
    throw new DeeplasiaError(
      "ERR_DEEPLASIA_MASK_MISSING",
      "this model needs the mask of the hand: pass mask",
    );
  }
  const [channels, height, width] = contract.inputSize;
  const batch = native().createBatch(1, height, width);
  try {
    const plan = imagePlan(contract, { flip, rotationAngle });
    await fillSlot(batch, 0, { image, mask: mask ?? null }, plan, contract);
    const { age, sexLogit } = await native().predict(
      model.handle,
      batch,
      Int32Array.of(0),
      channels,
      normalisation(contract),
      model.encodeSex([sex === "M" ? 1 : 0], 1),
    );
    if (!Number.isFinite(age[0])) {
      throw new DeeplasiaError("ERR_DEEPLASIA_NOT_FINITE", `the network's output is ${age[0]}`);
    }
    const sexHat = sexLogit === null ? null : toProbability(sexLogit[0]!);
    return { ageMonths: toMonths(age[0]!, contract), ageZ: age[0]!, sexHat };
  } catch (error) {
    throw toDeeplasiaError(error);
  } finally {
    await native().dispose(batch);
  }
}

/** Options of a cohort's prediction: those of the command line that say what is predicted and how. */
export interface PredictCohortOptions
  extends Partial<
    Pick<
      PredictOptions,
      | "annotationCsv"
      | "imgDir"
      | "maskDirs"
      | "splitCsv"
      | "splitColumn"
      | "splitName"
      | "sex"
      | "sexFrom"
      | "limitPredictBatches"
      | "flip"
      | "rotationAngle"
      | "batchSize"
      | "numWorkers"
      | "strict"
    >
  > {
  /** Pictures, folders or glob patterns, instead of an annotation CSV. */
  files?: readonly string[] | undefined;
  /** Stops between two batches; what was begun is finished and delivered first. */
  signal?: AbortSignal | undefined;
  onProgress?: ((event: ProgressEvent) => void) | undefined;
  logger?: Logger | undefined;
}

export interface WritePredictionsOptions
  extends PredictCohortOptions,
    Partial<Pick<PredictOptions, "format" | "resume" | "overwrite">> {
  /** File, or `-` for stdout. */
  outputPath: string;
}

type Resolved = PredictCohortOptions & PredictOptions;

/** The options with the defaults of the schema. Throws ERR_DEEPLASIA_OPTION. */
function resolve(options: PredictCohortOptions): Resolved {
  const { files, signal, onProgress, logger, ...rest } = options;
  const checked = predictOptions.safeParse(rest);
  if (checked.success) return { ...checked.data, files, signal, onProgress, logger };
  const issue = checked.error.issues[0]!;
  throw new DeeplasiaError("ERR_DEEPLASIA_OPTION", `${issue.path.join(".") || "options"}: ${issue.message}`);
}

async function open(model: BoneAgeModel, options: Resolved): Promise<Cohort> {
  const needsSex = model.contract.sexEncoding !== "none";
  const { files, annotationCsv } = options;
  if ((files === undefined) === (annotationCsv === undefined)) {
    throw new DeeplasiaError(
      "ERR_DEEPLASIA_USAGE",
      files === undefined
        ? "no pictures are given"
        : "pictures are given both as files and by --annotation_csv",
      { remedy: "Give files or folders, or --annotation_csv FILE." },
    );
  }
  if (model.contract.maskNeeded && (options.maskDirs[0] ?? "") === "") {
    throw new DeeplasiaError(
      "ERR_DEEPLASIA_OPTION",
      "this model needs masks: it was trained on masked hands",
      {
        remedy:
          "Give their folder: --mask_dirs FOLDER. `--mask-needed false` predicts without them all the same.",
      },
    );
  }
  const limit = await rowLimit(options, () => open(model, { ...options, limitPredictBatches: undefined }));
  if (files !== undefined) return cohortFromFiles(files, { ...options, needsSex, limit });
  return openCohort({ ...options, annotationCsv: annotationCsv!, needsSex, limit });
}

/** Lightning's limit_predict_batches: a number of batches, or a share of all below 1. */
async function rowLimit(options: Resolved, all: () => Promise<Cohort>): Promise<number | undefined> {
  const { limitPredictBatches: limit, batchSize } = options;
  if (limit === undefined) return undefined;
  const batches = limit < 1 ? Math.floor((limit * (await all()).total) / batchSize) : Math.floor(limit);
  return batches * batchSize;
}

function warnAboutCohort(cohort: Cohort, logger: Logger): void {
  const { count, first } = cohort.duplicates;
  if (first !== null) {
    const name = [first.dir, first.imageId].filter(Boolean).join("/");
    logger.warn(
      `${count} row(s) name a picture that an earlier row names too (row ${first.row} and row ${first.earlierRow}: ` +
        `${name}); each is predicted`,
    );
  }
  if (cohort.withoutSplit > 0)
    logger.info(`${cohort.withoutSplit} row(s) are not in the split file and are left out`);
}

async function* blocksOf(model: BoneAgeModel, cohort: Cohort, options: Resolved, from: number) {
  for await (const block of predictBlocks(model, cohort.samples(from), options)) {
    yield options.strict
      ? block.map((record) => (isFailure(record) && record.dropped ? { ...record, dropped: false } : record))
      : block;
  }
}

/**
 * Predict a cohort; records come in input order, failed rows among them (`isFailure`). Memory stays flat.
 *
 * @throws DeeplasiaError for what concerns the whole cohort (files, columns, options); ERR_DEEPLASIA_ABORTED after the
 *   signal.
 */
export async function* predictCohort(
  model: BoneAgeModel,
  options: PredictCohortOptions,
): AsyncGenerator<OutputRecord, void, void> {
  const resolved = resolve(options);
  const cohort = await open(model, resolved);
  warnAboutCohort(cohort, resolved.logger ?? silentLogger);
  const summary = new SummaryBuilder();
  const meter = new ProgressMeter(cohort.total);
  let done = 0;
  for await (const block of blocksOf(model, cohort, resolved, 0)) {
    for (const record of block) summary.add(record);
    done += block.length;
    resolved.onProgress?.(meter.event(done, summary.failed));
    yield* block;
  }
  if (resolved.signal?.aborted && done < cohort.total) throw aborted(resolved.signal);
}

function aborted(signal: AbortSignal): DeeplasiaError {
  return new DeeplasiaError("ERR_DEEPLASIA_ABORTED", "stopped before the end", { cause: signal.reason });
}

export interface WrittenPredictions extends Summary {
  /** False after the signal: the output is unfinished and can be resumed. */
  finished: boolean;
}

/**
 * Predict a cohort into a file that appears under its name when it is complete, beside `<file>.failures.csv` where rows
 * failed. See `openOutput` for resuming.
 */
export async function writePredictions(
  model: BoneAgeModel,
  options: WritePredictionsOptions,
): Promise<WrittenPredictions> {
  const { outputPath, format = "csv", resume = false, overwrite = false, ...rest } = options;
  const resolved = resolve(rest);
  const logger = resolved.logger ?? silentLogger;
  const cohort = await open(model, resolved);
  warnAboutCohort(cohort, logger);
  const output = await openOutput({
    path: outputPath,
    format,
    resume,
    overwrite,
    logger,
    hasSexHead: model.hasSexHead,
    blockSize: resolved.batchSize,
    rowNumbers: () => cohort.rowNumbers(),
    identity: {
      model: await sha256OfFile(model.file),
      contract: createHash("sha256").update(JSON.stringify(model.contract)).digest("hex"),
      cohort: cohort.sha256,
      options: identityOptions(model, resolved),
    },
  });
  try {
    return await run(model, cohort, output, resolved);
  } finally {
    await output.suspend();
  }
}

/** Every option that changes what is written, by its flag. */
function identityOptions(model: BoneAgeModel, options: Resolved) {
  return {
    img_dir: options.annotationCsv === undefined ? null : options.imgDir,
    mask_dirs: options.maskDirs,
    split_column: options.splitColumn,
    split_name: options.splitName,
    flip: options.flip,
    rotation_angle: options.rotationAngle,
    limit_predict_batches: options.limitPredictBatches ?? null,
    strict: options.strict,
    device: model.settings.device,
    precision: model.settings.precision,
    threads: model.settings.threads,
  };
}

async function run(
  model: BoneAgeModel,
  cohort: Cohort,
  output: Output,
  options: Resolved,
): Promise<WrittenPredictions> {
  const summary = new SummaryBuilder();
  for await (const record of output.resumedRecords()) summary.add(record, true);
  let done = output.resumeIndex;
  if (done > 0) options.logger?.info(`resuming after ${done} of ${cohort.total} rows`);
  const meter = new ProgressMeter(cohort.total, done);
  const start = performance.now();
  if (done < cohort.total) {
    for await (const block of blocksOf(model, cohort, options, done)) {
      await output.write(block);
      for (const record of block) summary.add(record);
      done += block.length;
      options.onProgress?.(meter.event(done, summary.failed));
      if (output.closed) break;
    }
  }
  const finished = done === cohort.total;
  if (finished) await output.complete();
  return { ...summary.build((performance.now() - start) / 1000), finished };
}
