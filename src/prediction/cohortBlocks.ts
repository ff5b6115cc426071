/** Predicts the rows of a cohort, block by block. One model is an ensemble of one. */

import { ageIntervals } from "../boneAge/ageIntervals.js";
import type { Reading } from "../boneAge/reading.js";
import { combineViews } from "../boneAge/viewsReading.js";
import { silentLogger } from "../console/logger.js";
import type { IntervalsField } from "../contract/intervalFields.js";
import type { Cohort } from "../data/openCohort.js";
import { isFailedSample, type ReadySample, type Sample } from "../data/sample.js";
import { DeeplasiaError } from "../errors.js";
import { MaskFolder } from "../image/maskFolder.js";
import type { OpenPicture } from "../image/openPicture.js";
import { SaliencyFolder } from "../image/saliencyFolder.js";
import type { Outcome, Subject } from "../inference/block.js";
import { type PredictedBlock, predictBlocks } from "../inference/predictBlocks.js";
import type { OnQuality } from "../inference/stages/checkQuality.js";
import { plainOf, testTimeViews } from "../inference/testTimeViews.js";
import { Saliencies } from "../model/saliencyModel.js";
import { AgeWatch } from "../records/ageWatch.js";
import { combineBlocks } from "../records/combineRecords.js";
import { factsOfChild } from "../records/factsOfChild.js";
import { applyStrict, type FailureRecord, type OutputRecord, type RecordBlock } from "../records/record.js";
import { scratchOf } from "../staging/scratch.js";
import { filesOfSamples, type Staged, stage } from "../staging/staging.js";
import type { CohortRun } from "./cohortRun.js";
import type { RunMaskModel } from "./maskModel.js";
import type { Members } from "./members.js";
import { usableIntervals } from "./usableIntervals.js";

/** A block's records, and the rows of the cohort that they are of. */
export interface CohortBlock extends RecordBlock {
  samples: readonly Sample[];
  /** Null for a row that could not be looked at. */
  outcomes: readonly (Outcome | null)[];
}

/** What to do about pictures that fail the quality checks; undefined: no checks are made. */
export function qualityOf({
  onQuality,
  maskModel,
}: Pick<BlocksOptions, "onQuality" | "maskModel">): OnQuality | undefined {
  const chosen = onQuality ?? (maskModel === null ? "none" : "report");
  return chosen === "none" ? undefined : chosen;
}

/** A run's options, with its mask model. */
export interface BlocksOptions extends Omit<CohortRun, "maskModel"> {
  maskModel: RunMaskModel | null;
  /** Is given each picture as it is predicted. */
  keepPicture?: KeepPicture | undefined;
}

export type KeepPicture = (sample: ReadySample, open: OpenPicture) => Promise<void>;

/** Blocks from a position on; their pictures are copied to scratch first, if there is one. */
export async function* cohortBlocks(
  { list, names }: Members,
  cohort: Cohort,
  options: BlocksOptions,
  from: number,
): AsyncGenerator<CohortBlock> {
  await using staged = await stageRows(cohort, options, from);
  const { ttaRot, ttaFlip, saveMasks, keepPicture, logger } = options;
  await using saliency = await Saliencies.load(options.saliency === undefined ? [] : list);
  const views = testTimeViews({ rotate: ttaRot, flip: ttaFlip }, options);
  const viewNames = views.map(({ name }) => name);
  const keep: Keep = {
    masks: saveMasks === undefined ? null : new MaskFolder(saveMasks),
    saliency: options.saliency === undefined ? null : new SaliencyFolder(options.saliency, names),
    picture: keepPicture,
  };
  const blocks = predictBlocks(list, cohort.samples(from), {
    ...options,
    views,
    plain: plainOf(viewNames),
    headerSex: cohort.hasHeaders && options.sexFrom === undefined,
    maskModel: options.maskModel?.get,
    onQuality: qualityOf(options),
    autoOrient: options.autoOrient,
    saliencyModels: saliency.list,
    read: staged?.read,
    subjectOf: (sample) => subjectOf(sample, keep),
  });
  const ages = new AgeWatch(logger);
  const intervals = list.map((model) => usableIntervals(model, options));
  for await (const block of blocks) {
    const ofMembers = list.map((_, member) =>
      recordsOf(block, member, viewNames, intervals[member]!).map((record) => applyStrict(record, options)),
    );
    const records = names === null ? ofMembers[0]! : combineBlocks(names, ofMembers);
    for (const record of records) ages.see(record);
    yield { samples: block.items, outcomes: block.outcomes, records, ofMembers };
  }
  for (const note of cohort.notes()) logger?.warn(note);
}

async function stageRows(cohort: Cohort, options: BlocksOptions, from: number): Promise<Staged | null> {
  const { numWorkers: workers, signal, logger = silentLogger } = options;
  const scratch = scratchOf(options.scratch);
  if (scratch === null || cohort.pack !== null) return null;
  return stage({ scratch, files: () => filesOfSamples(cohort.samples(from)), workers, signal, logger });
}

/** What is kept of the pictures. */
interface Keep {
  masks: MaskFolder | null;
  saliency: SaliencyFolder | null;
  picture: KeepPicture | undefined;
}

function subjectOf(sample: Sample, { masks, saliency, picture }: Keep): Subject | null {
  if (isFailedSample(sample)) return null;
  const { imagePath, maskPath, sex } = sample;
  return {
    ...{ source: { image: imagePath, mask: maskPath }, sex },
    ...(masks !== null && { keepMask: (...made) => masks.write(sample, ...made) }),
    ...(saliency !== null && { keepSaliency: (...seen) => saliency.write(sample, ...seen) }),
    ...(picture !== undefined && { keepPicture: (open) => picture(sample, open) }),
  };
}

/** Returns a member's record of each row: a failure record for a row that could not be predicted, for whatever reason. */
function recordsOf(
  { items, outcomes }: PredictedBlock<Sample>,
  member: number,
  views: readonly string[],
  intervals: IntervalsField | null,
): OutputRecord[] {
  return items.map((sample, i) =>
    isFailedSample(sample)
      ? failureRecord(sample, sample.error, sample.dropped)
      : recordOf(sample, outcomes[i]!, member, views, intervals),
  );
}

function recordOf(
  sample: ReadySample,
  outcome: Outcome,
  member: number,
  views: readonly string[],
  intervals: IntervalsField | null,
): OutputRecord {
  const readings = outcome.readings.slice(member * views.length, (member + 1) * views.length);
  const failed = readings.find((reading) => reading instanceof DeeplasiaError);
  if (failed !== undefined) return failureRecord(sample, failed);
  const reading = combineViews(views, readings as Reading[], plainOf(views));
  const { index, row, imageId, dir, patientId, boneAgeMonths } = sample;
  const { mask, oriented, distance, quality } = outcome;
  const facts = { mask, oriented, distance, quality };
  return {
    index,
    row,
    imageId,
    dir,
    patientId,
    boneAgeMonths,
    ...facts,
    ...factsOfChild(outcome),
    ...reading,
    ...ageIntervals(reading.ageMonths, outcome.sex, intervals),
  };
}

function failureRecord(sample: Sample, error: DeeplasiaError, dropped = false): FailureRecord {
  const file = error.file ?? ("imagePath" in sample ? sample.imagePath : sample.imageId);
  const { code, message, remedy } = error;
  return { index: sample.index, row: sample.row, file, code, message, ...(remedy && { remedy }), dropped };
}
