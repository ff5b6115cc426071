import type { Manifest } from "../contract/manifest.js";
import type { LoadedBatch } from "../training/batchLoader.js";
import type { NetworkStep } from "../training/networkStep.js";
import type { BatchOutputs, BatchResult, Step, StepOptions } from "../training/step.js";
import { decodeExchange, type Exchanged, encodeNotes } from "./exchange.js";
import type { Group } from "./group.js";

/** What the loop needs besides rows and hooks: a step, a clock and a signal. */
export interface StepAndClock {
  step: Step;
  clock(): number;
  signal: AbortSignal;
}

export interface DistributedOptions {
  group: Group;
  /** The most rows that this process has in a batch. */
  capacity: number;
  /** Asks the run to end, in this process. */
  signal: AbortSignal;
  /** Seconds of the run, in this process. */
  clock(): number;
}

/** Returns step, clock and signal of the whole group; of a group of one, they are its own. */
export function stepInGroup(inner: NetworkStep, options: DistributedOptions): StepAndClock {
  const { group, clock, signal } = options;
  if (group.handle === null) return { step: inner, clock, signal };
  const step = new DistributedStep(inner, options);
  return { step, clock: step.clock, signal: step.signal };
}

/** The step of several processes: each has a part of the batch, and all get the outputs of the whole batch. */
export class DistributedStep implements Step {
  private readonly agreed = new AbortController();
  private seconds: number;

  constructor(
    private readonly inner: NetworkStep,
    private readonly options: DistributedOptions,
  ) {
    this.seconds = options.clock();
  }

  /** Aborts in the same step in all processes, once one of them asks the run to end. */
  get signal(): AbortSignal {
    return this.agreed.signal;
  }

  /** Seconds of the first process at the last step: all processes reach limits of time in the same step. */
  readonly clock = () => this.seconds;

  async step(batch: LoadedBatch, options: StepOptions): Promise<BatchResult> {
    const result = await this.inner.stepInGroup(batch, options, this.notes(batch));
    const { exchanged, updated, gradNorm, nonFinite } = result;
    return { ...this.settle(batch, exchanged), updated, gradNorm, nonFinite };
  }

  async evaluate(batch: LoadedBatch): Promise<BatchOutputs> {
    const { exchanged } = await this.inner.evaluateInGroup(batch, this.notes(batch));
    return this.settle(batch, exchanged);
  }

  private notes({ slots }: LoadedBatch): number[] {
    const { signal, clock, capacity } = this.options;
    return encodeNotes({ stop: signal.aborted, seconds: clock(), slots }, capacity);
  }

  private settle(batch: LoadedBatch, values: Float64Array): Omit<Exchanged, "stop" | "seconds"> {
    const { group, capacity } = this.options;
    const { stop, seconds, ...outputs } = decodeExchange(values, batch, { ranks: group.ranks, capacity });
    this.seconds = seconds;
    if (stop) this.agreed.abort();
    return outputs;
  }

  save(file: string, manifest: Manifest): Promise<void> {
    return this.inner.save(file, manifest);
  }

  saveState(file: string, notes: string): Promise<void> {
    return this.inner.saveState(file, notes);
  }

  restoreState(file: string): Promise<string> {
    return this.inner.restoreState(file);
  }
}
