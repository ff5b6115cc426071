/** The hyper-parameters of a model under the reference's names: for `hparams.yaml`, and for TensorBoard's HPARAMS. */
import { stringify } from "yaml";
import { shortName } from "../options/classPath.js";
import type { TrainConfig } from "../options/train/index.js";
import type { HyperParameters } from "../tensorboard/hyperParameterRecords.js";

export const formatHyperParameters = (parameters: Record<string, unknown>): string => stringify(parameters);

/** For TensorBoard, with the settings that decide how the model is trained; lists and null as text. */
export function shownHyperParameters(
  config: TrainConfig,
  parameters: Record<string, unknown>,
): HyperParameters {
  const { optimizer, lr_scheduler, trainer, seed_everything } = config;
  const { lr, weight_decay } = optimizer.init_args;
  const all = {
    ...parameters,
    optimizer: shortName(optimizer.class_path),
    ...{ lr, weight_decay },
    lr_scheduler: shortName(lr_scheduler.class_path),
    max_epochs: trainer.max_epochs,
    seed: seed_everything,
  };
  const isPlain = (value: unknown) => ["number", "string", "boolean"].includes(typeof value);
  const shown = Object.entries(all).map(([name, value]) => [
    name,
    isPlain(value) ? value : JSON.stringify(value),
  ]);
  return Object.fromEntries(shown);
}
