import { join, posix } from "node:path";
import { silentLogger } from "../console/logger.js";
import { ProgressMeter } from "../console/progress.js";
import { csvLines } from "../data/csvLines.js";
import { float32Text } from "../data/numberText.js";
import { stepInGroup } from "../distributed/distributedStep.js";
import { capacityOf, gatherFailures, joinTrainers } from "../distributed/groupTrainers.js";
import { makeFolder } from "../files/makeFolder.js";
import { writeFileAtomic } from "../files/writeFileAtomic.js";
import { imagePlan } from "../image/imagePlan.js";
import { openModel } from "../model/openModel.js";
import { plural } from "../plural.js";
import { mean } from "../statistics/mean.js";
import { openTrainer } from "../trainer/createTrainer.js";
import { batches } from "../training/batches.js";
import { BatchLoader } from "../training/batchLoader.js";
import { NetworkStep } from "../training/networkStep.js";
import type { Step } from "../training/step.js";
import { PARTS, type Part } from "../training/trainingRow.js";
import { PART_NAMES } from "./evaluationTable.js";
import type { EvaluationParts } from "./kinds/trainingKind.js";
import { type MaskMetrics, maskTable } from "./maskTable.js";

interface MaskResult {
  filename: string;
  dice: number;
}

/**
 * Ends a run of a mask network: measures the best model on the three parts of the cohort, writes the Dice of each picture,
 * and logs the table. Nothing is written before everything is measured. Every process returns the same.
 *
 * Throws the signal's reason, ERR_DEEPLASIA_OUTPUT, what `openModel` throws and, if `strict`, the error of the first row
 * that fails.
 */
export async function evaluateMasks(run: EvaluationParts): Promise<Partial<Record<Part, MaskMetrics>>> {
  const { group, folder, failures, logger } = run;
  const results = await measureParts(run);
  await gatherFailures(group, failures);
  const measured = PARTS.filter((part) => results[part].length > 0);
  if (group.isFirst) {
    await makeFolder(folder.predictions);
    for (const part of measured)
      await writeFileAtomic(join(folder.predictions, `${PART_NAMES[part]}_pred.csv`), csvOf(results[part]));
  }
  const parts = Object.fromEntries(measured.map((part) => [part, metricsOf(results[part])]));
  for (const line of maskTable(parts)) logger.info(line);
  const failed = PARTS.reduce((sum, part) => sum + rowsOf(run, part).length - results[part].length, 0);
  if (failed > 0) logger.warn(`${plural(failed, "row")} could not be measured: left out`);
  return parts;
}

/** The result of each row that could be used, in the order of the rows. */
async function measureParts(run: EvaluationParts): Promise<Record<Part, MaskResult[]>> {
  const { config, contract, group, modelFile, read, trainer, failures } = run;
  await using opened = await openModel(modelFile);
  const source = { file: modelFile, model: opened.model, manifest: opened.contract.manifest };
  const options = { ...trainer.options, emaDecay: null, freeze: [] };
  await using best = await openTrainer(source, options, trainer.device);
  await joinTrainers(config, group, best, silentLogger);
  const capacity = capacityOf(config);
  const inner = new NetworkStep(best, contract);
  const { step } = stepInGroup(inner, { group, capacity, signal: run.signal, clock: () => 0 });
  await using loader = new BatchLoader({
    contract,
    capacity,
    learnsMasks: true,
    numWorkers: config.data.num_workers,
    group,
    strict: config.strict,
    read,
    onFailure: (row, error) => failures.add(row, error),
  });
  const results: Record<Part, MaskResult[]> = { train: [], val: [], test: [] };
  for (const part of PARTS) results[part] = await measurePart(run, part, loader, step);
  run.progress.finish();
  return results;
}

async function measurePart(
  run: EvaluationParts,
  part: Part,
  loader: BatchLoader,
  step: Step,
): Promise<MaskResult[]> {
  const { config, contract, group, progress, signal } = run;
  const rows = rowsOf(run, part);
  const plain = imagePlan(contract, { flip: false, rotationAngle: 0 });
  const rules = { batchSize: config.data.test_batch_size * group.ranks, dropLast: false, limit: null };
  const meter = new ProgressMeter(rows.length);
  const results: MaskResult[] = [];
  for await (const batch of loader.load(batches(rows, rules), () => plain)) {
    const { rows: done, dice } = await step.evaluate(batch);
    for (const [i, { dir, imageId }] of done.entries())
      results.push({ filename: posix.join(dir, imageId), dice: dice![i]! });
    progress.update({ ...meter.event(results.length, 0), label: `measuring ${PART_NAMES[part]}` });
    signal.throwIfAborted();
  }
  return results;
}

function rowsOf({ cohort, config: { data, trainer }, group }: EvaluationParts, part: Part) {
  const limit = part === "test" ? trainer.limit_test_batches : null;
  const rules = { batchSize: data.test_batch_size * group.ranks, dropLast: false, limit };
  return batches(cohort.parts[part].rows, rules).flat();
}

function metricsOf(results: readonly MaskResult[]): MaskMetrics {
  const dice = results.map((result) => result.dice);
  return { pictures: dice.length, dice: mean(dice), lowestDice: Math.min(...dice) };
}

function csvOf(results: readonly MaskResult[]): string {
  const lines = results.map(({ filename, dice }, i) => [String(i), filename, float32Text(dice)]);
  return csvLines([["", "filename", "dice"], ...lines]);
}
