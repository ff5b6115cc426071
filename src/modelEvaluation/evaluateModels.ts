/** The evaluation of a model or an ensemble on a cohort: predictions, bias correction, report. */
import { basename } from "node:path";
import { silentLogger } from "../console/logger.js";
import { NO_BIAS_FIELDS } from "../contract/boneAgeFields.js";
import { type BiasCorrection, fitBiasCorrection, NO_CORRECTION } from "../evaluation/biasCorrection.js";
import { madTable } from "../evaluation/madTable.js";
import { type PartMetrics, partMetrics } from "../evaluation/partMetrics.js";
import type { PartPredictions } from "../evaluation/partPredictions.js";
import { predictionsCsv } from "../evaluation/predictionsCsv.js";
import type { Robustness } from "../evaluation/robustness.js";
import { writeFileAtomic } from "../files/writeFileAtomic.js";
import { requireChangeable } from "../model/writeContract.js";
import { native } from "../native.js";
import { evaluateFlags } from "../options/evaluate.js";
import { requireModels } from "../prediction/arguments.js";
import { type Members, type Models, membersOf } from "../prediction/members.js";
import type { WrittenShare } from "../predictionFiles/shares/writeShare.js";
import { commandLine } from "../report/commandLine.js";
import { evaluateFile, type PredictionEvaluation } from "../report/evaluateFile.js";
import { requireCalibration, requireSplit } from "../report/evaluatePredictions.js";
import { writeReferencePlots } from "../report/referencePlots.js";
import { requireReportFolder } from "../report/reportFiles.js";
import { requireOptions } from "../schema/checkValue.js";
import { shareOf } from "../slurm/rowShare.js";
import type { BiasLine } from "../statistics/biasLine.js";
import { evaluateModelsOptions, type ModelEvaluationRun } from "./arguments.js";
import { drawCases } from "./drawCases.js";
import { type EvaluatedPart, evaluatedParts, TRAIN, VALIDATION } from "./evaluatedParts.js";
import type { EvaluateModelsOptions } from "./evaluateModelsOptions.js";
import { predictPart } from "./predictPart.js";
import { readPart } from "./readPart.js";
import { nothingToEvaluate, requireTruth } from "./requireTruth.js";
import { testRobustness } from "./testRobustness.js";
import { withIntervals } from "./withIntervals.js";
import { writeFitted } from "./writeFitted.js";

/** The evaluation of a model or an ensemble. */
export interface ModelEvaluation {
  /** The metrics of each part, by its name: `train`, `validation`, `test`. MADs in months. */
  parts: Record<string, PartMetrics>;
  /** The line through the errors of the training part, months; zeros where none was fitted. */
  bias: BiasLine;
  /** The model that got the correction, and the intervals of `calibrate`: a copy in the folder, or with `inPlace` the model itself; null for none. */
  model: string | null;
  /** Rows that could not be predicted. */
  failed: number;
  /** How far ages move when the pictures are changed; null unless `robustness` is asked for. */
  robustness: Robustness | null;
  /** The report; null while shares of other processes are missing, or while another process joins them. */
  report: PredictionEvaluation | null;
  /** With a `shard`: how far the shares of the evaluated part are. */
  share: WrittenShare | null;
}

/**
 * Evaluates a model, or a list of models as an ensemble, on a cohort: predicts it, with test-time augmentation as the reference's
 * evaluation does, writes the reference's `predictions/<part>_pred.csv` and a report. With a split, a bias correction is fitted
 * to the part `train`, and a copy of the model with it is written where it improves the part `val`.
 *
 * It is resumed and shared as `writePredictions` is: `resume`, `shard`.
 *
 * @throws DeeplasiaError ERR_DEEPLASIA_OPTION, _CSV, _CSV_COLUMN, _ROW, _USAGE if no row can be evaluated, _RESUME, _OUTPUT,
 *   what `writePredictions` throws; the signal's reason when it is aborted.
 */
export async function evaluateModels(models: Models, given: EvaluateModelsOptions): Promise<ModelEvaluation> {
  const run = requireOptions(evaluateModelsOptions, given);
  const members = requireModels(models, run);
  const parts = await checkedParts(members, run);
  const regresses = !run.noRegression && parts.some(({ split }) => split === TRAIN);
  // As in training and in the reference, the correction is fitted to what the network predicts without one.
  const raw = regresses ? withoutBias(models) : models;
  const { failed, share, hasRows } = await predictParts(raw, parts, run);
  if (share !== null && share.joined === null)
    return {
      ...{ parts: {}, bias: NO_CORRECTION.bias, model: null, failed, robustness: null, report: null, share },
    };
  const predicted = await readParts(parts.filter(hasRows), membersOf(raw, run.memberNames).names ?? []);
  const evaluated = parts.at(-1)!;
  const needed = parts.filter(({ split }) => split !== null && split === run.calibrate);
  for (const part of [evaluated, ...needed])
    if (!predicted.get(part)?.rows.length) throw nothingToEvaluate(part, failed);
  const of = (split: string) => [...predicted].find(([part]) => part.split === split)?.[1];
  const correction = regresses
    ? fitBiasCorrection({ train: of(TRAIN), val: of(VALIDATION) }, run.logger ?? silentLogger)
    : NO_CORRECTION;
  const calibrating = run.calibrate === undefined ? undefined : of(run.calibrate);
  const metrics = await writePartCsvs(predicted, { correction, calibrating }, run);
  const robustness = run.robustness ? await testRobustness(members, evaluated, run) : null;
  const found = { parts: metrics, bias: correction.bias };
  const report = await reportOf(members, parts, run, found, robustness);
  for (const { name, csv } of parts) if (name in metrics) await writeReferencePlots(csv, name);
  // Last, because a model that is changed in place is another model: nothing could be resumed.
  const model = await writeFitted(members, { correction, regresses, calibrating }, run);
  return { ...found, model, failed, robustness, report, share };
}

/** Returns the parts, once all is known to be there that the evaluation needs. */
async function checkedParts({ list }: Members, run: ModelEvaluationRun): Promise<EvaluatedPart[]> {
  const { out, overwrite, resume, shard, inPlace } = run;
  requireSplit(run);
  requireCalibration(run);
  run.signal?.throwIfAborted();
  const parts = await evaluatedParts(run);
  if (inPlace) await requireChangeable(list);
  await requireReportFolder(out, overwrite || resume || shareOf(shard) !== null);
  await requireTruth(run);
  return parts;
}

async function predictParts(
  models: Models,
  parts: readonly EvaluatedPart[],
  run: ModelEvaluationRun,
): Promise<{ failed: number; share: WrittenShare | null; hasRows: (part: EvaluatedPart) => boolean }> {
  let [failed, share] = [0, null as WrittenShare | null];
  const empty = new Set<EvaluatedPart>();
  for (const part of parts) {
    const written = await predictPart(models, part, run);
    const summary = written.share?.joined ?? written;
    failed += summary.failed;
    if (summary.predicted === 0) empty.add(part);
    share = written.share ?? null;
  }
  return { failed, share, hasRows: (part) => !empty.has(part) };
}

type PredictedParts = ReadonlyMap<EvaluatedPart, PartPredictions>;

async function readParts(parts: readonly EvaluatedPart[], names: readonly string[]): Promise<PredictedParts> {
  const predicted = new Map<EvaluatedPart, PartPredictions>();
  for (const part of parts) predicted.set(part, await readPart(part.predictions, part.views, names));
  return predicted;
}

/** Writes the reference's CSV of each part, and returns the metrics of each. */
async function writePartCsvs(
  predicted: PredictedParts,
  { correction, calibrating }: { correction: BiasCorrection; calibrating: PartPredictions | undefined },
  { bandMonths, logger = silentLogger }: ModelEvaluationRun,
): Promise<ModelEvaluation["parts"]> {
  const metrics: ModelEvaluation["parts"] = {};
  for (const [{ name, csv }, predictions] of predicted) {
    if (predictions.rows.length === 0) continue;
    metrics[name] = partMetrics(predictions, correction.corrections);
    const shown = withIntervals(predictions, calibrating, correction.corrections, bandMonths);
    await writeFileAtomic(csv, predictionsCsv(shown, correction.corrections));
  }
  for (const line of madTable(Object.entries(metrics))) logger.info(line);
  return metrics;
}

/** An ensemble's members keep their corrections: the line is that of their mean. */
const withoutBias = (models: Models): Models =>
  "file" in models ? models.withFields(NO_BIAS_FIELDS) : models;

/** The flags that change a report. */
const REPORTED = evaluateFlags.omit({
  ...{ resume: true, shard: true, scratch: true, progress: true, yes: true, device: true, numWorkers: true },
});

/** What decides the numbers besides the files, and who may use the weights. */
function settingsOf({ list, names }: Members): Record<string, string> {
  const licences = list.map(({ contract: { licence } }, i) => {
    const known = licence || "not stated in the file";
    return names === null ? known : `${names[i]}: ${known}`;
  });
  return {
    Device: list[0]!.device.name,
    libtorch: native().buildInfo().libtorchCompiled,
    "Licence of the weights": licences.join("; "),
  };
}

async function reportOf(
  { list, names }: Members,
  parts: readonly EvaluatedPart[],
  run: ModelEvaluationRun,
  metrics: Pick<ModelEvaluation, "parts" | "bias">,
  robustness: Robustness | null,
): Promise<PredictionEvaluation> {
  const { out, calibrate, title, sexModel, maskModel, memberNames: _, ...options } = run;
  const members = { list, names };
  const evaluated = parts.at(-1)!;
  const models = list.map(({ file }) => file);
  const choosing = parts.find(
    (part) => part !== evaluated && part.split === (calibrate ?? VALIDATION) && part.name in metrics.parts,
  );
  const known = { ...options, ckpPath: models, calibrate, title, predictSex: sexModel?.file };
  const files = {
    ...{ ...options, calibrate },
    predictions: evaluated.csv,
    members: names ?? undefined,
    chooseOn: choosing && { part: choosing.split!, file: choosing.csv },
    calibrationCsv: parts.find(({ split }) => split !== null && split === calibrate)?.csv,
  };
  return evaluateFile(files, options, {
    ...{
      out,
      metrics,
      robustness,
      drawCases: drawCases(members, evaluated, run),
      inputs: models,
      settings: settingsOf(members),
      call: commandLine("evaluate", [], REPORTED, known),
    },
    title: title ?? `Evaluation of ${names?.join(", ") ?? basename(models[0]!)}`,
  });
}
