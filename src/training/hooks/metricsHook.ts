import type { Logger } from "../../console/logger.js";
import { type BiasLine, fitBiasLine, NO_BIAS } from "../../statistics/biasLine.js";
import { meanAbsoluteDeviation } from "../../statistics/deviations.js";
import type { EpochEvent, HookState, Metrics, StepEvent } from "../hook.js";
import { OutputRecorder, type RecordedOutputs } from "../outputRecorder.js";
import { epochMetrics } from "./epochMetrics.js";
import { type MetricsWatcher, metricText } from "./metricsWatcher.js";

/** As in the reference, each validation from this epoch on (counted from 0) fits the bias line of the epochs after it. */
const FIRST_FIT = 6;

export interface MetricsOptions {
  /** Months per unit of z. */
  ageSdMonths: number;
  /** The current weights of the two losses, or their logarithms where they are learnt. */
  lossWeights: () => { age: number; sex: number; learnt: boolean };
}

/** All metrics of an epoch. `bias` is the line that corrects this epoch's predictions, `fitted` the next epoch's. */
function measure(
  train: OutputRecorder,
  validation: OutputRecorder | null,
  { ageSdMonths, lossWeights }: MetricsOptions,
  lines: { bias: BiasLine; fitted: BiasLine },
): Metrics {
  const context = { ageSdMonths, bias: lines.bias };
  const trainLine = fitBiasLine(train.outputs.ageHatZ, train.outputs.ageZ);
  return {
    "Loss/train": train.loss,
    ...weightMetrics(lossWeights()),
    ...epochMetrics("train", train.outputs, context),
    "Pred_bias/slope_train": trainLine.slope,
    "Pred_bias/intercept_train": trainLine.intercept,
    ...(validation === null
      ? {}
      : { "Loss/val": validation.loss, ...epochMetrics("val", validation.outputs, context) }),
    "Pred_bias/slope_val": lines.fitted.slope,
    "Pred_bias/intercept_val": lines.fitted.intercept,
  };
}

function weightMetrics({ age, sex, learnt }: ReturnType<MetricsOptions["lossWeights"]>): Metrics {
  const name = learnt ? "Loss/ucw_log_var_" : "Loss/";
  const suffix = learnt ? "" : "_sigma";
  return { [`${name}age${suffix}`]: age, [`${name}sex${suffix}`]: sex };
}

const NO_EPOCH = measure(
  new OutputRecorder(),
  new OutputRecorder(),
  { ageSdMonths: 1, lossWeights: () => ({ age: 1, sex: 0, learnt: false }) },
  { bias: NO_BIAS, fitted: NO_BIAS },
);

/** The names of all metrics that an epoch of a bone-age network can have. */
export const METRIC_NAMES: readonly string[] = [
  ...Object.keys(NO_EPOCH),
  ...Object.keys(weightMetrics({ age: 1, sex: 0, learnt: true })),
];

/** Computes the metrics of each epoch of a bone-age network, and keeps the bias line that corrects predictions. */
export class MetricsHook implements MetricsWatcher {
  readonly name = "metrics";
  private line: BiasLine = NO_BIAS;
  private readonly train = new OutputRecorder();

  constructor(
    private readonly options: MetricsOptions,
    private readonly logger: Logger,
  ) {}

  /** The line that corrects predictions, in z. */
  get bias(): BiasLine {
    return this.line;
  }

  /** MAD of the current training epoch so far, in months. */
  get trainMadMonths(): number {
    const { ageHatZ, ageZ } = this.train.outputs;
    return meanAbsoluteDeviation(ageHatZ, ageZ) * this.options.ageSdMonths;
  }

  soFar(): string {
    return `MAD ${this.trainMadMonths.toFixed(1)} months`;
  }

  epochText(metrics: Metrics): string {
    const months = (name: string) => metricText(metrics, name, 2);
    return (
      `MAD ${months("Metrics_Age/train_RescaledMAE")} months, validation ${months("Step-wise/val_mad")}, ` +
      `corrected ${months("Step-wise/val_reg_mad")}`
    );
  }

  afterStep({ result }: StepEvent): void {
    if (result.nonFinite !== "loss") this.train.add(result);
  }

  afterEpoch({ position, validation, metrics }: EpochEvent): void {
    const bias = this.line;
    if (validation !== null && position.epoch >= FIRST_FIT) this.fit(validation);
    Object.assign(metrics, measure(this.train, validation, this.options, { bias, fitted: this.line }));
    this.train.clear();
  }

  private fit({ outputs }: OutputRecorder): void {
    const fitted = fitBiasLine(outputs.ageHatZ, outputs.ageZ);
    if (Number.isFinite(fitted.slope + fitted.intercept)) this.line = fitted;
    else
      this.logger.warn("all predictions of validation are the same: the bias line of the last epoch is kept");
  }

  state(): HookState {
    return { ...this.line, train: this.train.state() };
  }

  restore({ slope, intercept, train }: HookState): void {
    this.line = { slope: slope as number, intercept: intercept as number };
    this.train.restore(train as RecordedOutputs);
  }
}
