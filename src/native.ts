/**
 * The only access to the addon. Its functions are typed by subject in `native/`. `native/addon/addon.cc` holds the export
 * table; a test keeps the two lists equal. Callers validate arguments; native code checks only what would corrupt memory.
 *
 * Every promise rejects with an `Error` that carries `code` (see `errors.ts`).
 */
import { type CoreFacts, loadCore } from "./libtorch/loadCore.js";
import { DISTRIBUTED_FUNCTIONS, type DistributedFunctions } from "./native/distributedFunctions.js";
import type { Handle } from "./native/handles.js";
import { HAND_MASK_FUNCTIONS, type HandMaskFunctions } from "./native/handMaskFunctions.js";
import { IMAGE_FUNCTIONS, type ImageFunctions } from "./native/imageFunctions.js";
import { MODEL_FUNCTIONS, type ModelFunctions } from "./native/modelFunctions.js";
import { NETWORK_FUNCTIONS, type NetworkFunctions } from "./native/networkFunctions.js";
import { PHANTOM_FUNCTIONS, type PhantomFunctions } from "./native/phantomFunctions.js";
import { TRAINING_FUNCTIONS, type TrainingFunctions } from "./native/trainingFunctions.js";

export type * from "./native/distributedFunctions.js";
export type * from "./native/handles.js";
export type * from "./native/handMaskFunctions.js";
export type * from "./native/imageFunctions.js";
export type * from "./native/modelFunctions.js";
export type * from "./native/networkFunctions.js";
export type * from "./native/phantomFunctions.js";
export type * from "./native/trainingFunctions.js";

interface GeneralFunctions extends CoreFacts {
  /** Sets the number of threads that preprocess pictures. */
  setWorkers(count: number): void;
  /** Releases a handle. Idempotent. Resolves when work in flight on the handle is done. */
  dispose(handle: Handle): Promise<void>;
}

/** The functions of the addon. Must match the export table of `native/addon/addon.cc`. */
export interface Native
  extends GeneralFunctions,
    ImageFunctions,
    ModelFunctions,
    HandMaskFunctions,
    NetworkFunctions,
    TrainingFunctions,
    DistributedFunctions,
    PhantomFunctions {}

/** Names of all functions of the addon, for the test that compares them with the export table. */
export const NATIVE_FUNCTIONS = [
  "buildInfo",
  "devices",
  "setWorkers",
  "dispose",
  ...IMAGE_FUNCTIONS,
  ...MODEL_FUNCTIONS,
  ...HAND_MASK_FUNCTIONS,
  ...NETWORK_FUNCTIONS,
  ...TRAINING_FUNCTIONS,
  ...DISTRIBUTED_FUNCTIONS,
  ...PHANTOM_FUNCTIONS,
] as const satisfies readonly (keyof Native)[];

let loaded: Native | undefined;

/** Returns the addon. Loads it and libtorch at first use. Throws a `DeeplasiaError` if something is missing. */
export function native(): Native {
  loaded ??= loadCore() as Native;
  return loaded;
}
