/** A site's own linear correction of a model, if it helps. */
import { packageVersion } from "../about.js";
import { biasOf } from "../boneAge/reading.js";
import type { Manifest } from "../contract/manifest.js";
import { correctionDoubt } from "../contract/plausible.js";
import { intervalsForModel } from "../evaluation/calibrateIntervals.js";
import {
  type CrossValidated,
  chained,
  crossValidate,
  fitSiteLines,
  type SiteLines,
  type SitePicture,
  siteLineFor,
} from "../evaluation/siteCorrection.js";
import { refuseInput } from "../files/refuseInput.js";
import { requireNew } from "../files/requireNew.js";
import { requireModel } from "../model/argument.js";
import type { BoneAgeModel } from "../model/boneAgeModel.js";
import { writeContract } from "../model/writeContract.js";
import { digestOfTable } from "../packFile/digestOfTable.js";
import { predictCohort } from "../prediction/predictCohort.js";
import { isFailure } from "../records/record.js";
import { requireOptions } from "../schema/checkValue.js";
import type { BiasLine } from "../statistics/biasLine.js";
import type { Estimate } from "../statistics/interval.js";
import type { Sex } from "../words.js";
import { type CalibrationRun, calibrateModelOptions } from "./calibrateArguments.js";
import type { CalibrateModelOptions } from "./calibrateModelOptions.js";
import { requireTruth } from "./requireTruth.js";

/** The result of `calibrateModel`. Months. */
export interface CalibratedModel {
  /** The new model; null where the correction was refused. */
  model: string | null;
  /** Why there is none; null where there is one. */
  refusal: string | null;
  /** Pictures with a bone age and a prediction. */
  pictures: number;
  /** Pictures that could not be predicted. */
  failed: number;
  /** MAD before the correction. */
  before: number;
  /** MAD of pictures that the correction was not fitted to (cross-validated). */
  after: number;
  /** After - before, with its 95 % interval: below 0 the correction helps. */
  gain: Estimate;
  /** The line of all pictures: the error of a prediction `y` is about `slope * y + intercept`. */
  line: BiasLine;
  /** The lines of girls and boys, with `bySex`; else null. */
  bySex: LinesBySex | null;
}

/** A line of the errors of each sex; null where its pictures are too few. */
export interface LinesBySex {
  /** The line of the girls. */
  girls: BiasLine | null;
  /** The line of the boys. */
  boys: BiasLine | null;
}

/** With fewer pictures chance decides whether a correction seems to help. */
const FEWEST_PICTURES = 30;

/**
 * Fits a linear correction of a model to the pictures of a site, and measures its gain by cross-validation. Where the interval of
 * the gain leaves out 0, a copy of the model gets the correction, new prediction intervals, and a note of where they come from.
 *
 * @throws DeeplasiaError ERR_DEEPLASIA_OPTION, _CSV, _CSV_COLUMN, _USAGE for a cohort without bone ages, _OUTPUT, and what
 *   `predictCohort` throws; the signal's reason when it is aborted.
 */
export async function calibrateModel(
  given: BoneAgeModel,
  options: CalibrateModelOptions,
): Promise<CalibratedModel> {
  const model = requireModel("model", given);
  const run = requireOptions(calibrateModelOptions, options);
  await requireNew(run.out, run.overwrite);
  await refuseInput(run.out, [run.annotationCsv, model.file]);
  await requireTruth(run);
  const { pictures, failed } = await predictedPictures(model, run);
  const lines = fitSiteLines(pictures, run.bySex);
  const checked = crossValidate(pictures, run);
  const refusal = refusalOf(model, pictures, lines, checked);
  if (refusal === null) await writeCalibrated(model, pictures, lines, checked, run);
  const { before, after, gain } = checked;
  return {
    ...{ model: refusal === null ? run.out : null, refusal, pictures: pictures.length, failed },
    ...{ before, after, gain: gain.mad, line: lines.all },
    bySex: run.bySex ? { girls: lines.F, boys: lines.M } : null,
  };
}

async function predictedPictures(model: BoneAgeModel, run: CalibrationRun) {
  const { annotationCsv, imgDir, maskDirs, batchSize, maxMemory, numWorkers, onQuality, autoOrient } = run;
  const { maskModel, signal, onProgress, logger } = run;
  const pictures: SitePicture[] = [];
  let failed = 0;
  for await (const record of predictCohort(model, {
    ...{ annotationCsv, imgDir, maskDirs, batchSize, maxMemory, numWorkers, onQuality, autoOrient },
    ...{ maskModel, signal, onProgress, logger },
  })) {
    if (isFailure(record)) failed += 1;
    else if (record.boneAgeMonths !== null && Number.isFinite(record.boneAgeMonths)) {
      const { ageMonths, sex, patientId } = record;
      pictures.push({ ageMonths, truthMonths: record.boneAgeMonths, sex, patientId });
    }
  }
  return { pictures, failed };
}

/** Returns why the model must not get the correction; null if it may. */
function refusalOf(
  model: BoneAgeModel,
  pictures: readonly SitePicture[],
  lines: SiteLines,
  { before, after, gain: { mad, isShown } }: CrossValidated,
): string | null {
  const count = pictures.length;
  if (count < FEWEST_PICTURES)
    return `there are ${count} pictures with a bone age and a prediction; at least ${FEWEST_PICTURES} are needed`;
  if (!Number.isFinite(lines.all.slope)) return "the predictions are all the same";
  for (const sex of ["F", "M", null] as const) {
    const { slope, intercept } = composed(model, lines, sex);
    const doubt = correctionDoubt(slope, intercept);
    if (doubt !== null) return doubt.text;
  }
  if (isShown && mad.value < 0) return null;
  const { interval } = mad;
  const range =
    interval === null ? "" : `, 95 % interval ${interval.lower.toFixed(2)} to ${interval.upper.toFixed(2)}`;
  return (
    `no gain is shown with ${count} pictures: cross-validated, the MAD goes from ${before.toFixed(2)} to ${after.toFixed(2)} ` +
    `months (${mad.value.toFixed(2)}${range})`
  );
}

/** The model's own correction and then the site's, as one line. */
const composed = ({ contract }: BoneAgeModel, lines: SiteLines, sex: Sex | null): BiasLine =>
  chained(biasOf(contract, sex), siteLineFor(lines, sex));

async function writeCalibrated(
  model: BoneAgeModel,
  pictures: readonly SitePicture[],
  lines: SiteLines,
  { before, after, ages }: CrossValidated,
  { out, annotationCsv, bySex }: CalibrationRun,
): Promise<void> {
  const { biasFemale, biasMale, provenance } = model.contract;
  const pair = (sex: Sex): [number, number] => {
    const { slope, intercept } = composed(model, lines, sex);
    return [slope, intercept];
  };
  const all = composed(model, lines, null);
  const hasSexes = bySex || biasFemale !== undefined || biasMale !== undefined;
  const digest = (await digestOfTable(annotationCsv)).slice(0, 12);
  const note =
    `linear correction${bySex ? " by sex" : ""} for a site's ${pictures.length} pictures (annotations SHA-256 ${digest}), ` +
    `MAD ${before.toFixed(2)} to ${after.toFixed(2)} months cross-validated, deeplasia-native ${packageVersion()}`;
  const calibration = pictures.map((picture, i) => ({ ...picture, ageMonths: ages[i]! }));
  const fields: Manifest = {
    biasSlope: all.slope,
    biasIntercept: all.intercept,
    biasFemale: hasSexes ? pair("F") : undefined,
    biasMale: hasSexes ? pair("M") : undefined,
    predictionIntervals: intervalsForModel(calibration) ?? undefined,
    provenance: [provenance, note].filter(Boolean).join("; "),
  };
  await writeContract(model, out, fields);
}
