import type { LoadedBatch } from "./batchLoader.js";
import type { OutputRecorder } from "./outputRecorder.js";
import type { BatchResult } from "./step.js";

/** The metrics of an epoch: name -> value. */
export type Metrics = Record<string, number>;

/** Where a run is. */
export interface Position {
  /** The current epoch, from 0. */
  epoch: number;
  /** Batches of the epoch that are done. */
  batch: number;
  /** Rows of the epoch that are done, of all processes: this stays true when the number of processes changes. */
  rows: number;
  /** Updates of the weights since the start of the run. */
  globalStep: number;
  /** Seconds that the run took so far, before and after each interruption. */
  seconds: number;
  /** Why the run ended before its limits; null if it did not. */
  ended: string | null;
}

export interface StepEvent {
  /** After the step. */
  position: Readonly<Position>;
  batch: LoadedBatch;
  result: BatchResult;
  learningRate: number;
}

export interface EpochEvent {
  /** The epoch that has ended; `batch` is the number of its batches. */
  position: Readonly<Position>;
  learningRate: number;
  /** The outputs of validation; null in an epoch without. */
  validation: OutputRecorder | null;
  /** The first hook fills them, the hooks after it read them. */
  metrics: Metrics;
}

type Plain = string | number | boolean | null | Plain[] | { [key: string]: Plain };
/** A hook's state, as JSON takes it. */
export type HookState = { [key: string]: Plain };

/**
 * What takes part in a run besides the step itself: it watches, adjusts or writes. Hooks are called in the order in which the
 * run has them. A hook's state holds all that it needs to resume; it is saved with the run's, after all hooks were called.
 */
export interface Hook {
  /** The key of its state. */
  readonly name: string;
  /** Whether an epoch that a limit cuts short changes its state, though the run may resume inside of that epoch. */
  readonly countsCutEpochs?: boolean;
  afterStep?(event: StepEvent): void | Promise<void>;
  /** May return a text: then the run ends, and this is why. */
  // biome-ignore lint/suspicious/noConfusingVoidType: most hooks return nothing at all
  afterEpoch?(event: EpochEvent): Promise<string | void> | string | void;
  state?(): HookState;
  restore?(state: HookState): void | Promise<void>;
}

export function hookStates(hooks: readonly Hook[]): Record<string, HookState> {
  return Object.fromEntries(
    hooks.flatMap((hook) => (hook.state === undefined ? [] : [[hook.name, hook.state()]])),
  );
}
