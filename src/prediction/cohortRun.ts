/** Opens the cohort that the options of a run name, and logs warnings about the run before it begins. */
import type { z } from "zod";
import { type Logger, silentLogger } from "../console/logger.js";
import { contractDoubts } from "../contract/plausible.js";
import type { SexNeed } from "../data/annotations.js";
import { duplicateLines } from "../data/duplicates.js";
import type { Cohort } from "../data/openCohort.js";
import { openGivenCohort, requireOneSource } from "../data/openGivenCohort.js";
import { DeeplasiaError } from "../errors.js";
import { requireSexModel } from "../inference/sexModel.js";
import type { BoneAgeModel } from "../model/boneAgeModel.js";
import { sizeText } from "../options/size.js";
import { openPack } from "../packFile/openPacks.js";
import { plural } from "../plural.js";
import type { predictCohortOptions } from "./arguments.js";
import { isExplicit, type MaskRequest, RunMaskModel, usesMasks } from "./maskModel.js";
import { overrideTexts } from "./overrides.js";
import { isMaskedPack, requirePackServes } from "./packedCohort.js";

/** Options of a cohort's prediction with every default filled in. */
export type CohortRun = z.output<typeof predictCohortOptions>;

function maskRequest(models: readonly BoneAgeModel[], options: CohortRun): MaskRequest {
  const { maskModel, sexModel, logger } = options;
  const all = sexModel === undefined ? models : [...models, sexModel];
  const hasMasks = (options.maskDirs[0] ?? "") !== "" || isMaskedPack(options);
  return { maskModel, models: all, hasMasks, logger };
}

/** Loads the mask model of a run; null where no masks are made. Dispose of it after the run. */
export async function openMaskModel(
  models: readonly BoneAgeModel[],
  options: CohortRun,
): Promise<RunMaskModel | null> {
  if (options.annotationCsv !== undefined) await openPack(options.annotationCsv);
  const maskModel = RunMaskModel.of(maskRequest(models, options));
  // Before the first row, so that a file that is no such model ends the run at once.
  await maskModel?.get();
  return maskModel;
}

/** The cohort that the options name, for networks that may need sex and masks. */
export async function openCohortOf(models: readonly BoneAgeModel[], options: CohortRun): Promise<Cohort> {
  const { annotationCsv, sexModel } = options;
  requireOneSource(options);
  if (annotationCsv !== undefined && (options.sex !== undefined || options.sexFrom !== undefined)) {
    throw new DeeplasiaError("ERR_DEEPLASIA_USAGE", "the sex comes from the annotation CSV", {
      remedy: "Leave `sex` and `sexFrom` out.",
    });
  }
  if (sexModel !== undefined) await requireSexModel(sexModel);
  const limit = await rowLimit(options, () =>
    openCohortOf(models, { ...options, limitPredictBatches: undefined }),
  );
  const sexNeed = sexNeedOf(models, sexModel);
  const how = { ...options, sexNeed, limit, masksOptional: isExplicit(options.maskModel) };
  const cohort = await openGivenCohort(options, how);
  const all = sexModel === undefined ? models : [...models, sexModel];
  if (cohort.pack !== null) requirePackServes(cohort.pack, all, options);
  return cohort;
}

function sexNeedOf(models: readonly BoneAgeModel[], sexModel: BoneAgeModel | undefined): SexNeed {
  if (sexModel !== undefined) return "where-given";
  return models.some(({ contract }) => contract.sexEncoding !== "none") ? "needed" : "ignored";
}

/** Lightning's limit_predict_batches: a number of batches, or a share of all below 1. */
async function rowLimit(options: CohortRun, all: () => Promise<Cohort>): Promise<number | undefined> {
  const { limitPredictBatches: limit, batchSize } = options;
  if (limit === undefined) return undefined;
  const batches = limit < 1 ? Math.floor((limit * (await all()).total) / batchSize) : Math.floor(limit);
  if (batches === 0 && limit > 0) {
    throw new DeeplasiaError(
      "ERR_DEEPLASIA_OPTION",
      `\`limitPredictBatches: ${limit}\` leaves no whole batch`,
      {
        remedy: "Give a larger share, a number of batches, or a smaller `batchSize`.",
      },
    );
  }
  return batches * batchSize;
}

export function warnAboutRun(models: readonly BoneAgeModel[], cohort: Cohort, options: CohortRun): void {
  const { sexModel, logger = silentLogger } = options;
  const all = sexModel === undefined ? models : [...models, sexModel];
  for (const text of overridesOf(all, options)) logger.warn(text);
  for (const { file, contract } of models)
    for (const { text } of contractDoubts(contract)) logger.warn(`${file}: implausible contract: ${text}`);
  for (const model of all) warnAboutMemory(model, options);
  warnAboutCohort(cohort, logger);
}

/** How models are used against their own contracts, a line each. */
export function overridesOf(models: readonly BoneAgeModel[], options: CohortRun): string[] {
  return overrideTexts(models, usesMasks(maskRequest(models, options)));
}

function warnAboutMemory(
  { file, bytesPerPicture }: BoneAgeModel,
  { maxMemory = Number.POSITIVE_INFINITY, logger = silentLogger }: CohortRun,
): void {
  if (bytesPerPicture <= maxMemory) return;
  const [need, bound] = [bytesPerPicture, maxMemory].map(sizeText);
  logger.warn(
    `${file} needs ${need} for one picture, more than \`maxMemory\` ${bound}: it gets one picture at a time`,
  );
}

function warnAboutCohort(cohort: Cohort, logger: Logger): void {
  for (const line of duplicateLines(cohort.duplicates)) logger.warn(line);
  if (cohort.withoutSplit > 0)
    logger.info(`${plural(cohort.withoutSplit, "row is", "rows are")} not in the split file: left out`);
}
