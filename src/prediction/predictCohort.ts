/** Predictions of a cohort as an async iterable. */
import { type Cohort, openCohort } from "../data/cohort.js";
import { cohortFromFiles } from "../data/pictures.js";
import { DeeplasiaError } from "../errors.js";
import type { BoneAgeModel } from "../model/model.js";
import { type PredictOptions, predictOptions } from "../options/schema.js";
import { type Logger, silentLogger } from "../report/log.js";
import { type ProgressEvent, ProgressMeter } from "../report/progress.js";
import { predictBlocks } from "./pipeline.js";
import { type AnyRecord, isFailure, type OutputRecord } from "./record.js";
import { SummaryBuilder } from "./summary.js";

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

/** Options with every default filled in. */
export type CohortRun = PredictCohortOptions & PredictOptions;

/** The options with the defaults of the schema. Throws ERR_DEEPLASIA_OPTION. */
export function resolveOptions(options: PredictCohortOptions): CohortRun {
  const { files, signal, onProgress, logger, ...rest } = options;
  const checked = predictOptions.safeParse(rest);
  if (checked.success) return { ...checked.data, files, signal, onProgress, logger };
  const issue = checked.error.issues[0]!;
  throw new DeeplasiaError("ERR_DEEPLASIA_OPTION", `${issue.path.join(".") || "options"}: ${issue.message}`);
}

export async function openCohortOf(model: BoneAgeModel, options: CohortRun): Promise<Cohort> {
  const sexNeed = model.contract.sexEncoding === "none" ? "ignored" : "needed";
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
  if (annotationCsv !== undefined && (options.sex !== undefined || options.sexFrom !== undefined)) {
    throw new DeeplasiaError("ERR_DEEPLASIA_USAGE", "the sex comes from the annotation CSV", {
      remedy: "Leave --sex and --sex-from out.",
    });
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
  const limit = await rowLimit(options, () =>
    openCohortOf(model, { ...options, limitPredictBatches: undefined }),
  );
  if (files !== undefined) return cohortFromFiles(files, { ...options, sexNeed, limit });
  return openCohort({ ...options, annotationCsv: annotationCsv!, sexNeed, limit });
}

/** Lightning's limit_predict_batches: a number of batches, or a share of all below 1. */
async function rowLimit(options: CohortRun, all: () => Promise<Cohort>): Promise<number | undefined> {
  const { limitPredictBatches: limit, batchSize } = options;
  if (limit === undefined) return undefined;
  const batches = limit < 1 ? Math.floor((limit * (await all()).total) / batchSize) : Math.floor(limit);
  return batches * batchSize;
}

export function warnAboutCohort(cohort: Cohort, logger: Logger): void {
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

/** With `strict`, a row without a mask counts as failed, not as left out. */
export function applyStrict<T extends AnyRecord>(record: T, { strict }: Pick<CohortRun, "strict">): T {
  return strict && isFailure(record) ? { ...record, dropped: false } : record;
}

export async function* blocksOf(model: BoneAgeModel, cohort: Cohort, options: CohortRun, from: number) {
  for await (const block of predictBlocks(model, cohort.samples(from), options)) {
    yield block.map((record) => applyStrict(record, options));
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
  const resolved = resolveOptions(options);
  const cohort = await openCohortOf(model, resolved);
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
