/** Predictions of a cohort as an async iterable. */

import type { z } from "zod";
import { contractDoubts } from "../contract/plausible.js";
import type { SexNeed } from "../data/annotations.js";
import { cohortFromFiles } from "../data/cohortFromFiles.js";
import { duplicateLines } from "../data/duplicates.js";
import { type Cohort, openCohort } from "../data/openCohort.js";
import type { Sample } from "../data/sample.js";
import { DeeplasiaError } from "../errors.js";
import type { BoneAgeModel } from "../model/model.js";
import type { CohortPredictionOptions } from "../options/predict.js";
import { sizeText } from "../options/size.js";
import { plural } from "../plural.js";
import { type Logger, silentLogger } from "../report/log.js";
import { type ProgressEvent, ProgressMeter } from "../report/progress.js";
import { requireOptions } from "../schema/checkValue.js";
import { shareOf } from "../slurm/rowShare.js";
import { scratchOf } from "../staging/scratch.js";
import { filesOfSamples, type Staged, stage } from "../staging/staging.js";
import type { SexWord } from "../words.js";
import { AgeWatch } from "./ageWatch.js";
import { predictCohortOptions, requireModels } from "./arguments.js";
import { combineBlocks } from "./ensemble.js";
import type { Members, Models } from "./members.js";
import { overrideTexts } from "./overrides.js";
import { predictBlocks } from "./pipeline.js";
import { type AnyRecord, type EnsembleOutputRecord, isFailure, type OutputRecord } from "./record.js";
import { requireSexModel } from "./sexModel.js";
import { cohortOfShare } from "./shares/range.js";
import { SummaryBuilder } from "./summary.js";

/** Options of a cohort's prediction: those of the command line that say what is predicted and how. */
export interface PredictCohortOptions extends Partial<Omit<CohortPredictionOptions, "sex">> {
  /** Sex of all pictures given as `files`, in the words that `predictImage` takes. */
  sex?: SexWord | null | undefined;
  /** Pictures, folders or glob patterns, instead of an annotation CSV. */
  files?: readonly string[] | undefined;
  /** Says the sex where a row gives none: a model with a sex head that looks at the picture alone. */
  sexModel?: BoneAgeModel | undefined;
  /** Names of an ensemble's members; by default the stems of their files, or what tells those apart. */
  memberNames?: readonly string[] | undefined;
  /** Stops between two batches; what was begun is finished and delivered first. */
  signal?: AbortSignal | undefined;
  onProgress?: ((event: ProgressEvent) => void) | undefined;
  logger?: Logger | undefined;
}

/** Options with every default filled in. */
export type CohortRun = z.output<typeof predictCohortOptions>;

/** The cohort that the options name, for networks that may need sex and masks. */
export async function openCohortOf(models: readonly BoneAgeModel[], options: CohortRun): Promise<Cohort> {
  const { files, annotationCsv, sexModel } = options;
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
  if (sexModel !== undefined) await requireSexModel(sexModel);
  requireMasks(sexModel === undefined ? models : [...models, sexModel], options.maskDirs);
  const limit = await rowLimit(options, () =>
    openCohortOf(models, { ...options, limitPredictBatches: undefined }),
  );
  const sexNeed = sexNeedOf(models, sexModel);
  if (files !== undefined) return cohortFromFiles(files, { ...options, sexNeed, limit });
  return openCohort({ ...options, annotationCsv: annotationCsv!, sexNeed, limit });
}

function sexNeedOf(models: readonly BoneAgeModel[], sexModel: BoneAgeModel | undefined): SexNeed {
  if (sexModel !== undefined) return "where-given";
  return models.some(({ contract }) => contract.sexEncoding !== "none") ? "needed" : "ignored";
}

function requireMasks(models: readonly BoneAgeModel[], maskDirs: readonly string[]): void {
  const needing = models.find(({ contract }) => contract.maskNeeded);
  if (needing === undefined || (maskDirs[0] ?? "") !== "") return;
  throw new DeeplasiaError(
    "ERR_DEEPLASIA_OPTION",
    `${needing.file} needs masks: it was trained on masked hands`,
    {
      remedy:
        "Give their folder: --mask_dirs FOLDER. `--mask-needed false` predicts without them all the same.",
    },
  );
}

/** Lightning's limit_predict_batches: a number of batches, or a share of all below 1. */
async function rowLimit(options: CohortRun, all: () => Promise<Cohort>): Promise<number | undefined> {
  const { limitPredictBatches: limit, batchSize } = options;
  if (limit === undefined) return undefined;
  const batches = limit < 1 ? Math.floor((limit * (await all()).total) / batchSize) : Math.floor(limit);
  if (batches === 0 && limit > 0) {
    throw new DeeplasiaError(
      "ERR_DEEPLASIA_OPTION",
      `limit_predict_batches of ${limit} leaves no whole batch`,
      {
        remedy: "Give a larger share, a number of batches, or a smaller batch_size.",
      },
    );
  }
  return batches * batchSize;
}

export function warnAboutRun(models: readonly BoneAgeModel[], cohort: Cohort, options: CohortRun): void {
  const { sexModel, maskDirs, logger = silentLogger } = options;
  const all = sexModel === undefined ? models : [...models, sexModel];
  for (const text of overrideTexts(all, maskDirs)) logger.warn(text);
  for (const { file, contract } of models)
    for (const { text } of contractDoubts(contract)) logger.warn(`${file}: implausible contract: ${text}`);
  for (const model of all) warnAboutMemory(model, options);
  warnAboutCohort(cohort, logger);
}

function warnAboutMemory(
  { file, bytesPerPicture }: BoneAgeModel,
  { maxMemory = Number.POSITIVE_INFINITY, logger = silentLogger }: CohortRun,
): void {
  if (bytesPerPicture <= maxMemory) return;
  const [need, bound] = [bytesPerPicture, maxMemory].map(sizeText);
  logger.warn(
    `${file} needs ${need} for one picture, more than --max-memory ${bound}: going on with one at a time`,
  );
}

function warnAboutCohort(cohort: Cohort, logger: Logger): void {
  for (const line of duplicateLines(cohort.duplicates)) logger.warn(line);
  if (cohort.withoutSplit > 0)
    logger.info(`${plural(cohort.withoutSplit, "row is", "rows are")} not in the split file: left out`);
}

/** With `strict`, a row without a mask counts as failed, not as left out. */
export function applyStrict<T extends AnyRecord>(record: T, { strict }: Pick<CohortRun, "strict">): T {
  return strict && isFailure(record) ? { ...record, dropped: false } : record;
}

/** What a block of rows comes to, and what each model said on its own. */
export interface Block {
  samples: readonly Sample[];
  records: AnyRecord[];
  ofMembers: OutputRecord[][];
}

/** Blocks from a position on; their pictures are copied to scratch first, if there is one. */
export async function* blocksOf(
  { list, names }: Members,
  cohort: Cohort,
  options: CohortRun,
  from: number,
): AsyncGenerator<Block> {
  await using staged = await stageRows(cohort, options, from);
  const blocks = predictBlocks(list, cohort.samples(from), { ...options, read: staged?.read });
  const ages = new AgeWatch(options.logger);
  for await (const { samples, ofModels } of blocks) {
    const ofMembers = ofModels.map((records) => records.map((record) => applyStrict(record, options)));
    const records = names === null ? ofMembers[0]! : combineBlocks(names, ofMembers);
    for (const record of records) ages.see(record);
    yield { samples, records, ofMembers };
  }
  for (const note of cohort.notes()) options.logger?.warn(note);
}

async function stageRows(cohort: Cohort, options: CohortRun, from: number): Promise<Staged | null> {
  const { numWorkers: workers, signal, logger = silentLogger } = options;
  const scratch = scratchOf(options.scratch);
  if (scratch === null) return null;
  return stage({ scratch, files: () => filesOfSamples(cohort.samples(from)), workers, signal, logger });
}

/**
 * Predict a cohort; records come in input order, failed rows among them (`isFailure`). Memory stays flat. A list of
 * models is an ensemble: its records hold each member's months, their mean and their spread. Of a `shard` (`"3/16"`) only
 * the rows of that share are predicted: `row` is that of the whole cohort, `index` counts the share's.
 *
 * @throws DeeplasiaError for what concerns the whole cohort (files, columns, options, models); ERR_DEEPLASIA_ABORTED after the
 *   signal.
 */
export function predictCohort(
  model: BoneAgeModel,
  options: PredictCohortOptions,
): AsyncGenerator<OutputRecord, void, void>;
export function predictCohort(
  models: readonly BoneAgeModel[],
  options: PredictCohortOptions,
): AsyncGenerator<EnsembleOutputRecord, void, void>;
export function predictCohort(
  models: Models,
  options: PredictCohortOptions,
): AsyncGenerator<AnyRecord, void, void>;
export async function* predictCohort(
  models: Models,
  options: PredictCohortOptions,
): AsyncGenerator<AnyRecord, void, void> {
  const resolved = requireOptions(predictCohortOptions, options);
  const members = requireModels(models, resolved);
  const whole = await openCohortOf(members.list, resolved);
  warnAboutRun(members.list, whole, resolved);
  const cohort = cohortOfShare(whole, shareOf(resolved.shard), resolved.batchSize);
  const summary = new SummaryBuilder();
  const meter = new ProgressMeter(cohort.total);
  let done = 0;
  for await (const { records } of blocksOf(members, cohort, resolved, 0)) {
    for (const record of records) summary.add(record);
    done += records.length;
    resolved.onProgress?.(meter.event(done, summary.failed));
    yield* records;
  }
  if (resolved.signal?.aborted && done < cohort.total) throw aborted(resolved.signal);
}

function aborted(signal: AbortSignal): DeeplasiaError {
  return new DeeplasiaError("ERR_DEEPLASIA_ABORTED", "stopped before the end", { cause: signal.reason });
}
