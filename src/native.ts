/**
 * The one door to the addon, and its typed twin, by subject in `native/`. `native/addon/addon.cc` holds the export table; a
 * test holds the two lists equal. Arguments are validated by the callers; native code checks only what would corrupt memory.
 *
 * Every promise rejects with an `Error` that carries `code` (see `errors.ts`).
 */
import { type CoreFacts, loadCore } from "./libtorch/load.js";
import { DISTRIBUTED_FUNCTIONS, type DistributedFunctions } from "./native/distributed.js";
import type { Handle } from "./native/handles.js";
import { IMAGE_FUNCTIONS, type ImageFunctions } from "./native/image.js";
import { MODEL_FUNCTIONS, type ModelFunctions } from "./native/model.js";
import { NETWORK_FUNCTIONS, type NetworkFunctions } from "./native/network.js";
import { PHANTOM_FUNCTIONS, type PhantomFunctions } from "./native/phantom.js";
import { TRAINING_FUNCTIONS, type TrainingFunctions } from "./native/training.js";

export type * from "./native/distributed.js";
export type * from "./native/handles.js";
export type * from "./native/image.js";
export type * from "./native/model.js";
export type * from "./native/network.js";
export type * from "./native/phantom.js";
export type * from "./native/training.js";

interface GeneralFunctions extends CoreFacts {
  /** Number of threads that preprocess pictures. */
  setWorkers(count: number): void;
  /** Release now; idempotent; resolves when work in flight on the handle is done. */
  dispose(handle: Handle): Promise<void>;
}

/** The addon's functions, by name: keep in step with the export table of `native/addon/addon.cc`. */
export interface Native
  extends GeneralFunctions,
    ImageFunctions,
    ModelFunctions,
    NetworkFunctions,
    TrainingFunctions,
    DistributedFunctions,
    PhantomFunctions {}

/** Names of all functions of the addon, for the test that compares them with the real export table. */
export const NATIVE_FUNCTIONS = [
  "buildInfo",
  "devices",
  "setWorkers",
  "dispose",
  ...IMAGE_FUNCTIONS,
  ...MODEL_FUNCTIONS,
  ...NETWORK_FUNCTIONS,
  ...TRAINING_FUNCTIONS,
  ...DISTRIBUTED_FUNCTIONS,
  ...PHANTOM_FUNCTIONS,
] as const satisfies readonly (keyof Native)[];

let loaded: Native | undefined;

/** The addon, loaded at first use (libtorch with it). Throws a `DeeplasiaError` that says what is missing. */
export function native(): Native {
  loaded ??= loadCore() as Native;
  return loaded;
}
