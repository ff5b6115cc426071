/** The step of several processes: each has a part of the batch, all get the outputs of the whole. */
import type { Manifest } from "../contract/manifest.js";
import type { LoadedBatch } from "../training/batchLoader.js";
import type { NetworkStep } from "../training/networkStep.js";
import type { Step, StepOptions, StepOutputs, StepResult } from "../training/step.js";
import { decodeExchange, type Exchanged, encodeNotes } from "./exchange.js";
import type { Group } from "./group.js";

export interface DistributedOptions {
  group: Group;
  /** Rows of the largest part of a batch. */
  capacity: number;
  /** This process's user wants the run to end. */
  signal: AbortSignal;
  /** This process's: seconds of the run. */
  clock(): number;
}

export class DistributedStep implements Step {
  private readonly agreed = new AbortController();
  private seconds: number;

  constructor(
    private readonly inner: NetworkStep,
    private readonly options: DistributedOptions,
  ) {
    this.seconds = options.clock();
  }

  /** Aborted within a step, in all processes in the same one, once anybody wants the run to end. */
  get signal(): AbortSignal {
    return this.agreed.signal;
  }

  /** The first process's seconds at the last step: limits of time are reached in all processes in the same step. */
  readonly clock = () => this.seconds;

  async step(batch: LoadedBatch, options: StepOptions): Promise<StepResult> {
    const { exchanged, updated, gradNorm, nonFinite } = await this.inner.stepTogether(
      batch,
      options,
      this.notes(batch),
    );
    return { ...this.settle(batch, exchanged), updated, gradNorm, nonFinite };
  }

  async evaluate(batch: LoadedBatch): Promise<StepOutputs> {
    const { exchanged } = await this.inner.evaluateTogether(batch, this.notes(batch));
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
