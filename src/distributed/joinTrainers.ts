/** What the processes of one run agree on beside its steps. */

import type { Logger } from "../console/logger.js";
import { DeeplasiaError } from "../errors.js";
import type { TrainConfig } from "../options/train/index.js";
import type { Trainer } from "../trainer/trainer.js";
import type { Position } from "../training/hook.js";
import type { Failures } from "../training/hooks/failures.js";
import type { NetworkStep } from "../training/networkStep.js";
import type { Step } from "../training/step.js";
import type { TrainingCohort } from "../training/trainingCohort.js";
import { DistributedStep } from "./distributedStep.js";
import type { Group } from "./group.js";

interface Member {
  config: TrainConfig;
  group: Group;
  trainer: Trainer;
  logger: Logger;
}

/** Each process reads the cohort by itself. Throws ERR_DEEPLASIA_PEER. */
export async function requireSameRows(group: Group, { sha256 }: TrainingCohort): Promise<void> {
  const all = await group.gather(sha256);
  const other = all.findIndex((digest) => digest !== all[0]);
  if (other === -1) return;
  throw new DeeplasiaError("ERR_DEEPLASIA_PEER", `rank ${other} has other rows than rank 0`, {
    remedy: "Give all processes the same annotations, split, pictures and masks, on a shared file system.",
  });
}

/** Rows of the largest batch of one process. */
export const capacityOf = ({ data }: TrainConfig) => Math.max(data.train_batch_size, data.test_batch_size);

/** From now on the trainers of all processes make their steps together. */
export async function joinTrainers({ config, group, trainer, logger }: Member): Promise<void> {
  if (group.handle === null) return;
  const { sync_batchnorm: syncBatchNorm, process_group_backend: backend } = config.trainer;
  const chosen = await trainer.join(group.handle, capacityOf(config), { syncBatchNorm, backend });
  if (group.isFirst) logger.info(`${group.ranks} processes exchange gradients by ${chosen}`);
}

/** What the loop needs of this process alone, as what all do in the same step. */
export function stepTogether(
  inner: NetworkStep,
  { config, group }: Pick<Member, "config" | "group">,
  own: { clock(): number; signal: AbortSignal },
): { step: Step; clock(): number; signal: AbortSignal } {
  if (group.handle === null) return { ...own, step: inner };
  const step = new DistributedStep(inner, { ...own, group, capacity: capacityOf(config) });
  return { step, clock: step.clock, signal: step.signal };
}

/** Before a state is written: the first process knows what all do, and all end if it does. */
export async function agree(
  { group, trainer }: Pick<Member, "group" | "trainer">,
  failures: Failures,
  position: Position,
): Promise<void> {
  if (group.handle === null) return;
  const told = await group.gather({ failures: failures.tell(), ended: position.ended });
  for (const { failures: lines } of told) failures.take(lines);
  position.ended = told[0]!.ended;
  await trainer.gatherGradients();
}
