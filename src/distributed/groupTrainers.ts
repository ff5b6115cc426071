/** What the processes of a run agree on besides its steps. */
import type { Logger } from "../console/logger.js";
import { DeeplasiaError } from "../errors.js";
import { native } from "../native.js";
import type { TrainConfig } from "../options/train/index.js";
import type { Trainer } from "../trainer/trainer.js";
import { withFile } from "../trainer/withFile.js";
import type { Position } from "../training/hook.js";
import type { Failures } from "../training/hooks/failures.js";
import type { TrainingCohort } from "../training/trainingCohort.js";
import type { Group } from "./group.js";

/** Each process reads the cohort by itself. Throws ERR_DEEPLASIA_PEER unless all have the same rows. */
export async function requireSameRows(group: Group, { sha256 }: TrainingCohort): Promise<void> {
  const all = await group.gather(sha256);
  const other = all.findIndex((digest) => digest !== all[0]);
  if (other === -1) return;
  throw new DeeplasiaError("ERR_DEEPLASIA_PEER", `rank ${other} has other rows than rank 0`, {
    remedy: "Give all processes the same annotations, split, pictures and masks, on a shared file system.",
  });
}

/** The most rows that one process has in a batch. */
export const capacityOf = ({ data }: TrainConfig) => Math.max(data.train_batch_size, data.test_batch_size);

/** Connects the trainers of all processes: from now on they make their steps together. */
export async function joinTrainers(
  config: TrainConfig,
  group: Group,
  trainer: Trainer,
  logger: Logger,
): Promise<void> {
  if (group.handle === null) return;
  const { sync_batchnorm: syncBatchNorm, process_group_backend: backend } = config.trainer;
  const join = () =>
    native().joinTrainers(trainer.handle, group.handle!, capacityOf(config), syncBatchNorm, backend);
  const chosen = await withFile(trainer.file, join);
  if (group.isFirst) logger.info(`${group.ranks} processes exchange gradients by ${chosen}`);
}

/** Gives the trainers of all processes the weights, buffers and average of the first one. */
export async function synchroniseTrainers(group: Group, trainer: Trainer): Promise<void> {
  if (group.handle !== null) await withFile(trainer.file, () => native().synchroniseTrainers(trainer.handle));
}

/** Gives every process the failed rows of all. */
export async function gatherFailures(group: Group, failures: Failures): Promise<void> {
  const all = await group.gather(failures.takeNew());
  for (const lines of all) failures.addLines(lines);
}

/**
 * Call it in all processes before a state is saved. The first process gets the failed rows and the gradients of all, and all
 * processes end if the first one does.
 */
export async function gatherState(
  group: Group,
  trainer: Trainer,
  failures: Failures,
  position: Position,
): Promise<void> {
  if (group.handle === null) return;
  await gatherFailures(group, failures);
  position.ended = await group.fromFirst(() => position.ended);
  await withFile(trainer.file, () => native().gatherGradients(trainer.handle));
}
