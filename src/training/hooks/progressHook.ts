import type { Logger } from "../../console/logger.js";
import { durationText, type Progress, ProgressMeter } from "../../console/progress.js";
import type { EpochEvent, Hook, StepEvent } from "../hook.js";
import { type MetricsWatcher, metricText } from "./metricsWatcher.js";

export interface ProgressHookOptions {
  progress: Progress;
  logger: Logger;
  /** Infinity where it is unknown. */
  maxEpochs: number;
  /** Batches per epoch. */
  trainBatches: number;
  /** Pictures per batch. */
  batchSize: number;
  /** What it shows of the metrics. */
  metrics: Pick<MetricsWatcher, "soFar" | "epochText">;
  /** Clock in milliseconds. */
  now?: () => number;
}

/** Shows progress during an epoch, and logs a line after it. */
export class ProgressHook implements Hook {
  readonly name = "progress";
  private readonly now: () => number;
  private epoch: { number: number; meter: ProgressMeter } | undefined;
  /** Start and end of this process's part of the epoch, and how long its steps waited for pictures. */
  private readonly seconds = { start: 0, end: 0, waited: 0 };
  /** The first step of this process: the number of steps before it, and when it ended. */
  private first: { steps: number; milliseconds: number } | undefined;

  constructor(private readonly options: ProgressHookOptions) {
    this.now = options.now ?? (() => performance.now());
  }

  afterStep({ position, batch, result }: StepEvent): void {
    const { progress, trainBatches, batchSize, metrics, maxEpochs } = this.options;
    const steps = position.epoch * trainBatches + position.batch;
    const done = position.batch * batchSize;
    this.first ??= { steps, milliseconds: this.now() };
    if (this.epoch?.number !== position.epoch) {
      const meter = new ProgressMeter(trainBatches * batchSize, done, this.now);
      this.epoch = { number: position.epoch, meter };
      Object.assign(this.seconds, { start: this.now() / 1000, waited: 0 });
    } else {
      // The first step is not counted: nothing could be loaded ahead of it.
      this.seconds.waited += batch.waitedSeconds;
    }
    this.seconds.end = this.now() / 1000;
    const parts = [`loss ${result.loss?.toFixed(4)}`, metrics.soFar()];
    const left = this.secondsLeft(steps);
    if (left !== null) parts.push(`${durationText(left)} for all epochs`);
    const of = Number.isFinite(maxEpochs) ? ` of ${maxEpochs}` : "";
    const label = `epoch ${position.epoch + 1}${of}`;
    progress.update({ ...this.epoch.meter.event(done, 0), label, note: parts.join(", ") });
  }

  /** Seconds left of the whole run, with validation; it may end earlier. */
  private secondsLeft(steps: number): number | null {
    const { maxEpochs, trainBatches } = this.options;
    const { first } = this;
    if (first === undefined || steps === first.steps || !Number.isFinite(maxEpochs)) return null;
    const perStep = (this.now() - first.milliseconds) / 1000 / (steps - first.steps);
    return perStep * (maxEpochs * trainBatches - steps);
  }

  afterEpoch({ position, metrics }: EpochEvent): void {
    const { progress, logger, metrics: watcher } = this.options;
    const loss = (name: string) => metricText(metrics, name, 4);
    progress.finish();
    logger.info(
      `epoch ${position.epoch + 1}: loss ${loss("Loss/train")}, validation ${loss("Loss/val")}; ` +
        watcher.epochText(metrics) +
        this.waitingText(),
    );
  }

  /** `; 2 % of the time waiting for pictures` */
  private waitingText(): string {
    const { start, end, waited } = this.seconds;
    if (end <= start) return "";
    return `; ${((100 * waited) / (end - start)).toFixed(0)} % of the time waiting for pictures`;
  }
}
