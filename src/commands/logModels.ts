import type { Logger } from "../console/logger.js";
import type { BoneAgeModel } from "../model/boneAgeModel.js";
import { native } from "../native.js";
import { parametersUsed } from "./referenceDefaults.js";

/** Logs where each model runs, and which of the reference's constants it got. */
export function logModels(models: readonly BoneAgeModel[], logger: Logger, sexModel?: BoneAgeModel): void {
  for (const model of models) {
    const role = model === sexModel ? ", for the sex where a row gives none" : "";
    logger.info(`${model.file} on ${model.device.name} (${model.device.reason})${role}`);
    if (
      model.settings.precision === "bf16" &&
      model.device.name === "cpu" &&
      !native().buildInfo().cpuHasBf16
    )
      logger.warn(
        "this processor has no instructions for bf16: --precision 32 is more exact and many times as fast",
      );
    const fromParameters = parametersUsed(model.file, model.merged.origins);
    if (fromParameters !== null) logger.info(fromParameters);
  }
}
