import type { TrainConfig } from "../../options/train/index.js";
import type { TrainedKind } from "../../options/train/modelSettings.js";
import { boneAge } from "./boneAge.js";
import { expectation } from "./expectation.js";
import { handMask } from "./handMask.js";
import type { TrainingKind } from "./trainingKind.js";

const KINDS: Readonly<Record<TrainedKind, TrainingKind>> = { age: boneAge, expectation, mask: handMask };

/** The kind of network that a configuration trains. */
export const kindOf = ({ model }: Pick<TrainConfig, "model">): TrainingKind => KINDS[model.kind];
