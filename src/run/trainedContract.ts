import { packageVersion } from "../about.js";
import type { AnyContract } from "../contract/contract.js";
import type { TrainConfig } from "../options/train/index.js";
import type { Trainer } from "../trainer/trainer.js";
import type { TrainingCohort } from "../training/trainingCohort.js";
import { kindOf } from "./kinds/kindOf.js";
import { FRESH } from "./openStart.js";

/** Returns the contract of the model that a run trains, before its epochs add to it. */
export function trainedContract(
  trainer: Pick<Trainer, "manifest" | "file" | "sexEncoding">,
  cohort: Pick<TrainingCohort, "scale">,
  config: Pick<TrainConfig, "name" | "model">,
): AnyContract {
  const { manifest, file } = trainer;
  return kindOf(config).contract(trainer, cohort, {
    name: config.name,
    provenance: `trained by deeplasia-native ${packageVersion()}${file === FRESH ? "" : `, from ${file}`}`,
    intendedUse: manifest.intendedUse || "research only, not a medical device",
  });
}
