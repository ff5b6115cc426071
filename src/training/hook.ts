/** What takes part in a run beside the step itself: watches, adjusts, writes down. */
import type { LoadedBatch } from "./batchLoader.js";
import type { OutputRecorder } from "./outputRecorder.js";
import type { StepResult } from "./step.js";

/** The metrics of an epoch: name -> value. */
export type Metrics = Record<string, number>;

/** Where a run is. */
export interface Position {
  /** The epoch at hand, from 0. */
  epoch: number;
  /** Batches of it that are done. */
  batch: number;
  /** Rows of it that are done, of all processes: what stays true where their number changes. */
  rows: number;
  /** Updates of the weights since the start of the run. */
  globalStep: number;
  /** Time the run took so far, over all its processes. */
  seconds: number;
  /** Why the run ended before its limits; null: it did not. */
  ended: string | null;
}

export interface StepEvent {
  /** After the step. */
  position: Readonly<Position>;
  batch: LoadedBatch;
  result: StepResult;
  learningRate: number;
}

export interface EpochEvent {
  /** Of the epoch that has ended; its `batch` is the number of batches that it had. */
  position: Readonly<Position>;
  learningRate: number;
  /** What validation gave; null in an epoch without. */
  validation: OutputRecorder | null;
  /** Filled by the first hook, read by those after it. */
  metrics: Metrics;
}

type Plain = string | number | boolean | null | Plain[] | { [key: string]: Plain };
/** As JSON takes it. */
export type HookState = { [key: string]: Plain };

/**
 * Hooks are called in the order in which the run has them. All that one needs to go on as if nothing had happened is
 * in its state, which is saved with the run's, after all hooks have had their turn.
 */
export interface Hook {
  /** Key of its state. */
  readonly name: string;
  afterStep?(event: StepEvent): void | Promise<void>;
  /** A text: the run shall end, and this is why. */
  // biome-ignore lint/suspicious/noConfusingVoidType: most hooks return nothing at all
  afterEpoch?(event: EpochEvent): Promise<string | void> | string | void;
  state?(): HookState;
  restore?(state: HookState): void | Promise<void>;
}
