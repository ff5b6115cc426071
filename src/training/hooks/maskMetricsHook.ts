import { mean } from "../../statistics/mean.js";
import type { EpochEvent, HookState, Metrics, StepEvent } from "../hook.js";
import { type EpochOutputs, OutputRecorder, type RecordedOutputs } from "../outputRecorder.js";
import type { Stage } from "./epochMetrics.js";
import { type MetricsWatcher, metricText } from "./metricsWatcher.js";

/** Dice of one stage of an epoch: the mean over its pictures, and the lowest. */
function maskMetrics(stage: Stage, { dice }: EpochOutputs): Metrics {
  const average = mean(dice);
  return {
    [`Metrics_Mask/${stage}_Dice`]: average,
    [`Metrics_Mask/${stage}_LowestDice`]: Math.min(...Array.from(dice)),
    ...(stage === "val" ? { "Step-wise/val_dice": average } : {}),
  };
}

function measure(train: OutputRecorder, validation: OutputRecorder | null): Metrics {
  const ofTraining = { "Loss/train": train.loss, ...maskMetrics("train", train.outputs) };
  if (validation === null) return ofTraining;
  return { ...ofTraining, "Loss/val": validation.loss, ...maskMetrics("val", validation.outputs) };
}

/** The names of all metrics that an epoch of a mask network can have. */
export const MASK_METRIC_NAMES: readonly string[] = Object.keys(
  measure(new OutputRecorder(), new OutputRecorder()),
);

/** Computes the metrics of each epoch of a mask network. */
export class MaskMetricsHook implements MetricsWatcher {
  readonly name = "metrics";
  private readonly train = new OutputRecorder();

  soFar(): string {
    return `Dice ${mean(this.train.outputs.dice).toFixed(4)}`;
  }

  epochText(metrics: Metrics): string {
    const dice = (name: string) => metricText(metrics, name, 4);
    return (
      `Dice ${dice("Metrics_Mask/train_Dice")}, validation ${dice("Step-wise/val_dice")}, ` +
      `lowest ${dice("Metrics_Mask/val_LowestDice")}`
    );
  }

  afterStep({ result }: StepEvent): void {
    if (result.nonFinite !== "loss") this.train.add(result);
  }

  afterEpoch({ validation, metrics }: EpochEvent): void {
    Object.assign(metrics, measure(this.train, validation));
    this.train.clear();
  }

  state(): HookState {
    return { train: this.train.state() };
  }

  restore({ train }: HookState): void {
    this.train.restore(train as RecordedOutputs);
  }
}
