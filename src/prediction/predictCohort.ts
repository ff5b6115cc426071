import { ProgressMeter } from "../console/progress.js";
import type { BoneAgeModel } from "../model/boneAgeModel.js";
import { cohortOfShare } from "../predictionFiles/shares/shareRange.js";
import type { AnyRecord, EnsembleOutputRecord, OutputRecord } from "../records/record.js";
import { SummaryBuilder } from "../records/summary.js";
import { requireOptions } from "../schema/checkValue.js";
import { shareOf } from "../slurm/rowShare.js";
import { predictCohortOptions, requireModels } from "./arguments.js";
import { cohortBlocks } from "./cohortBlocks.js";
import { openCohortOf, openMaskModel, warnAboutRun } from "./cohortRun.js";
import { dicomObjectsOf } from "./dicomObjects.js";
import type { Models } from "./members.js";
import type { PredictCohortOptions } from "./predictCohortOptions.js";

/**
 * Predict a cohort; records come in input order, failed rows among them (`isFailure`). Memory stays flat. A list of
 * models is an ensemble: its records hold each member's months, their mean and their spread. With a `shard` (`"3/16"`)
 * only the rows of that share are predicted: `row` is that of the whole cohort, `index` counts the rows of the share.
 *
 * @throws DeeplasiaError for what concerns the whole cohort (files, columns, options, models); the signal's reason when it
 *   is aborted before the last record.
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
  resolved.signal?.throwIfAborted();
  await using maskModel = await openMaskModel(members.list, resolved);
  const whole = await openCohortOf(members.list, resolved);
  warnAboutRun(members.list, whole, resolved);
  const cohort = cohortOfShare(whole, shareOf(resolved.shard), resolved.batchSize);
  const summary = new SummaryBuilder();
  const meter = new ProgressMeter(cohort.total);
  let done = 0;
  const objects = dicomObjectsOf(members, resolved);
  const how = { ...resolved, maskModel, keepPicture: objects?.keepPicture };
  for await (const block of cohortBlocks(members, cohort, how, 0)) {
    const { records } = block;
    await objects?.write(block);
    for (const record of records) summary.add(record);
    done += records.length;
    resolved.onProgress?.(meter.event(done, summary.failed));
    yield* records;
  }
  objects?.sum();
  if (done < cohort.total) resolved.signal?.throwIfAborted();
}
