import { shortName } from "../options/classPath.js";
import { pick } from "../options/pick.js";
import type { TrainConfig } from "../options/train/index.js";
import {
  camelCased,
  STEP_SETTINGS,
  type TrainingStepOptions,
  trainingStepOptions,
} from "../options/train/trainingStepOptions.js";
import { precisionOn } from "./runDevice.js";

/** The options of a single training step, from the configuration of the run. */
export function stepOptionsOf(
  config: TrainConfig,
  own: Pick<TrainingStepOptions, "device" | "threads" | "seed">,
): TrainingStepOptions {
  const { optimizer, model, trainer } = config;
  return trainingStepOptions.parse({
    ...camelCased(pick(config, STEP_SETTINGS.run)),
    ...camelCased(pick(model, STEP_SETTINGS.model)),
    ...camelCased(pick(trainer, STEP_SETTINGS.trainer)),
    optimizer: shortName(optimizer.class_path).toLowerCase(),
    ...camelCased(optimizer.init_args),
    ...own,
    precision: precisionOn(own.device, config),
  });
}
