/** What an evaluation found, written into the model: its bias correction and its prediction intervals. */
import { basename, extname, join } from "node:path";
import { biasOf } from "../boneAge/reading.js";
import { silentLogger } from "../console/logger.js";
import type { Manifest } from "../contract/manifest.js";
import type { BiasCorrection } from "../evaluation/biasCorrection.js";
import {
  calibrationPictures,
  FEWEST_OF_A_GROUP,
  intervalsForModel,
} from "../evaluation/calibrateIntervals.js";
import { type PartPredictions, plainAges } from "../evaluation/partPredictions.js";
import type { BoneAgeModel } from "../model/boneAgeModel.js";
import { writeContract } from "../model/writeContract.js";
import type { Members } from "../prediction/members.js";
import { NO_BIAS } from "../statistics/biasLine.js";
import type { ModelEvaluationRun } from "./arguments.js";

export interface Fitted {
  correction: BiasCorrection;
  /** Whether the predictions are without the model's own correction. */
  regresses: boolean;
  /** The part that calibrates prediction intervals. */
  calibrating: PartPredictions | undefined;
}

/** Returns the file that got it, a copy in the report's folder or the model itself; null where there is nothing to write. */
export async function writeFitted(
  { list, names }: Members,
  fitted: Fitted,
  { out, inPlace, logger = silentLogger }: ModelEvaluationRun,
): Promise<string | null> {
  const [model] = list as [BoneAgeModel];
  const { corrections, fault } = fitted.correction;
  const isCorrected = corrections !== null && fault === null;
  const intervals = intervalFields(model, fitted, isCorrected);
  if (fitted.calibrating !== undefined && intervals.predictionIntervals === undefined)
    logger.warn(
      `the model gets no prediction intervals: ${fitted.calibrating.rows.length} pictures calibrate them; at least ${FEWEST_OF_A_GROUP} are needed`,
    );
  if (!isCorrected && intervals.predictionIntervals === undefined) return null;
  if (names !== null) {
    logger.info("what was fitted is of the ensemble's mean: no model gets it");
    return null;
  }
  const { slope: biasSlope, intercept: biasIntercept } = fitted.correction.written;
  const bias = isCorrected ? { biasSlope, biasIntercept, biasFemale: undefined, biasMale: undefined } : {};
  const file = inPlace ? model.file : join(out, `${basename(model.file, extname(model.file))}.pt`);
  await writeContract(model, file, { ...bias, ...intervals });
  logger.info(`written: ${file}, the model with ${whatIsNew(isCorrected, intervals)}`);
  return file;
}

/** Of the plain view, as `predict` will use them. Earlier ones do not hold for another correction. */
function intervalFields(
  { contract }: BoneAgeModel,
  { calibrating, correction, regresses }: Fitted,
  isCorrected: boolean,
): Manifest {
  if (calibrating === undefined) return isCorrected ? { predictionIntervals: undefined } : {};
  const line = isCorrected ? correction.written : NO_BIAS;
  const pictures = calibrationPictures(calibrating, plainAges(calibrating), (sex) =>
    regresses && !isCorrected ? biasOf(contract, sex) : line,
  );
  return { predictionIntervals: intervalsForModel(pictures) ?? undefined };
}

function whatIsNew(isCorrected: boolean, { predictionIntervals }: Manifest): string {
  const parts = [
    ...(isCorrected ? ["the bias correction"] : []),
    ...(predictionIntervals === undefined ? [] : ["prediction intervals"]),
  ];
  return parts.join(" and ");
}
