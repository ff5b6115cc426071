/** The evaluation that ends a training run, on a small network and drawn rows. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { writeArchiveManifest } from "../../src/checkpoint/saveNetwork.js";
import { mergeManifests } from "../../src/contract/merge.js";
import { archiveSources } from "../../src/contract/sources.js";
import { Group } from "../../src/distributed/group.js";
import { type BoneAgeModel, loadModel, type Manifest } from "../../src/index.js";
import { type EvaluationOptions, evaluateAfterTraining } from "../../src/run/evaluateAfterTraining.js";
import type { TrainingRow } from "../../src/training/trainingRow.js";
import { csvRows } from "./cli.js";
import { temporaryFolder } from "./temporary.js";
import { fixture } from "./testData.js";
import { configOf } from "./trainConfig.js";
import { trainingRows } from "./trainingRows.js";

/** Grey values reach the network as they are. The bias correction is that of an earlier training. */
export const GREYS_COUNT: Manifest = {
  normalise: "fixed",
  normaliseMean: [0],
  normaliseSd: [1],
  biasSlope: 0.3,
  biasIntercept: 5,
};

/** Returns a run of 9 rows to train, 4 to validate and 5 to test, with its own model. */
export async function evaluatedRun(name: string, contract: Manifest, broken: number[] = []) {
  const folder = await temporaryFolder();
  const rows = await trainingRows(folder, 18, broken);
  const modelFile = join(folder, "best_model.pt");
  const archive = fixture(`models/${name}.pt`);
  const { manifest } = mergeManifests(await archiveSources(archive));
  await writeArchiveManifest(archive, modelFile, { ...manifest, ...contract }, { trust: false });
  const parts = {
    train: { rows: rows.slice(0, 9) },
    val: { rows: rows.slice(9, 13) },
    test: { rows: rows.slice(13) },
  };
  const predictions = join(folder, "predictions");
  const log: string[] = [];
  const failures: [TrainingRow, string][] = [];
  const say = (message: string) => void log.push(message);
  const evaluate = async (flags: string[] = [], more: Partial<EvaluationOptions> = {}) => {
    const { config } = await configOf("--data.test_batch_size=2", "--data.num_workers=2", ...flags);
    return evaluateAfterTraining({
      modelFile,
      folder: { predictions },
      parts,
      group: Group.alone,
      config,
      device: "cpu",
      logger: { info: say, warn: say, error: say },
      onFailure: (row, error) => failures.push([row, error.code]),
      ...more,
    });
  };
  const csv = async (part: string) => csvRows(await readFile(join(predictions, `${part}_pred.csv`), "utf8"));
  /** Returns the same rows with ages that the network nearly predicts: its errors are a line and a little more. */
  const learnt = async () => {
    await evaluate();
    log.length = 0;
    const of = async (part: keyof typeof parts, file: string) => {
      const said = (await csv(file)).map((row) => Number(row["y_hat-rot=0-no_flip"]));
      const ages = said.map((months, i) => months - (0.08 * months - 4) + 0.01 * ((i % 3) - 1));
      return { rows: parts[part].rows.map((row, i) => ({ ...row, boneAgeMonths: ages[i]! })) };
    };
    return {
      train: await of("train", "train"),
      val: await of("val", "validation"),
      test: await of("test", "test"),
    };
  };
  return { rows, parts, modelFile, predictions, log, failures, evaluate, csv, learnt };
}

export async function withLoaded<T>(
  file: string,
  contract: Manifest,
  use: (model: BoneAgeModel) => Promise<T>,
) {
  const model = await loadModel(file, { contract });
  try {
    return await use(model);
  } finally {
    await model.dispose();
  }
}
