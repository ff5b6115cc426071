import { drawAugmentation } from "../augmentation/drawAugmentation.js";
import { requireAugmentable, trainingPlan } from "../augmentation/trainingPlan.js";
import type { PictureContract } from "../contract/contract.js";
import { imagePlan } from "../image/imagePlan.js";
import { requireServed } from "../image/packedPicture.js";
import type { TrainConfig } from "../options/train/index.js";
import { Random } from "../random.js";
import { type BatchRules, batchCount, batches, requireBatches, shuffledOrder } from "./batches.js";
import type { BatchLoader } from "./batchLoader.js";
import { requireUsable, type TrainingCohort } from "./trainingCohort.js";
import type { TrainingData } from "./trainingLoop.js";

/**
 * How rows become batches of training and of validation. As in PyTorch, each process has `train_batch_size` rows of a batch.
 * PyTorch's DistributedSampler repeats rows where their number is not a multiple of the number of processes. Here no row is
 * repeated: training leaves out an incomplete batch, and in validation a process may have fewer rows.
 */
export function batchRules(
  { data, trainer }: TrainConfig,
  ranks: number,
): { train: BatchRules; validation: BatchRules } {
  const { fast_dev_run: trial, limit_train_batches, limit_val_batches } = trainer;
  const trialBatches = trial === false || trial === 0 ? null : Number(trial);
  return {
    train: {
      batchSize: data.train_batch_size * ranks,
      dropLast: true,
      limit: trialBatches ?? limit_train_batches,
    },
    validation: {
      batchSize: data.test_batch_size * ranks,
      dropLast: false,
      limit: trialBatches ?? limit_val_batches,
    },
  };
}

/** Throws ERR_DEEPLASIA_OPTION for rows or settings that leave nothing to train on, or augmentation that is not possible. */
export function requireTrainable(
  config: TrainConfig,
  contract: PictureContract,
  { parts, pack }: Pick<TrainingCohort, "parts" | "pack">,
  ranks: number,
): void {
  for (const part of ["train", "val"] as const) requireUsable(part, parts[part]);
  requireBatches(parts.train.rows.length, batchRules(config, ranks).train, ranks);
  requireAugmentable(contract, config.data);
  if (pack === null) return;
  const drawn = drawAugmentation(config.data, new Random("augmentation", 0, 0, 0));
  for (const plan of [trainingPlan(contract, drawn, config.data), imagePlan(contract, NOT_TURNED)])
    requireServed(pack, plan);
}

const NOT_TURNED = { flip: false, rotationAngle: 0 };

/** The batches of a run: their rows, their order, and what is done to the pictures. */
export function trainingData(
  config: TrainConfig,
  contract: PictureContract,
  { parts }: Pick<TrainingCohort, "parts">,
  loader: Pick<BatchLoader, "load">,
  { seed, ranks }: { seed: number; ranks: number },
): TrainingData {
  const { data } = config;
  const rules = batchRules(config, ranks);
  const { train, val } = parts;
  const plain = imagePlan(contract, NOT_TURNED);
  const trainBatches = batchCount(train.rows.length, rules.train);
  const validation = batches(val.rows, rules.validation);
  return {
    trainBatches,
    trainRows: rules.train.batchSize,
    validationBatches: validation.length,
    train(epoch, { batch, rows: done }) {
      const rows = shuffledOrder(train.rows.length, seed, epoch).map((i) => train.rows[i]!);
      const planOf = ({ row }: { row: number }) => {
        const view = drawAugmentation(data, new Random("augmentation", seed, epoch, row));
        return trainingPlan(contract, view, data);
      };
      // The batches that are done may have had another size, with another number of processes.
      const left = batches(rows.slice(done), { ...rules.train, limit: null });
      const all = [...Array.from({ length: batch }, () => []), ...left];
      const { limit } = rules.train;
      return loader.load(limit === null ? all : all.slice(0, trainBatches), planOf, batch);
    },
    validation: (count) => loader.load(validation.slice(0, count), () => plain),
  };
}
