/** What a configuration means for a single step. */
import type { DeviceChoice } from "../model/device.js";
import { shortName } from "../options/classPath.js";
import type { TrainConfig } from "../options/train/index.js";
import { type TrainingStepOptions, trainingStepOptions } from "../options/train/trainingStepOptions.js";
import { precisionOn } from "./runDevice.js";

const camelCase = (name: string) => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

export function stepOptionsOf(config: TrainConfig, device: DeviceChoice, seed: number): TrainingStepOptions {
  const { optimizer, trainer, model, threads, trust } = config;
  const ofOptimizer = Object.entries(optimizer.init_args).map(([name, value]) => [camelCase(name), value]);
  return trainingStepOptions.parse({
    optimizer: shortName(optimizer.class_path).toLowerCase(),
    ...Object.fromEntries(ofOptimizer),
    ageSigma: model.age_sigma,
    sexSigma: model.sex_sigma,
    gradientClipVal: trainer.gradient_clip_val,
    gradientClipAlgorithm: trainer.gradient_clip_algorithm,
    emaDecay: trainer.ema_decay,
    dropConnect: model.drop_connect,
    freeze: model.freeze,
    seed,
    precision: precisionOn(device.name, config),
    threads,
    trust,
    device: device.name,
  });
}
