/** Takes an epoch's metrics, and keeps the line that predictions are corrected by. */
import type { Logger } from "../../console/logger.js";
import type { EpochEvent, Hook, HookState, StepEvent } from "../hook.js";
import { OutputRecorder } from "../outputRecorder.js";
import { type Bias, epochMetrics, fitBias, type Metrics, NO_BIAS } from "./epochMetrics.js";

/** From this epoch on, counted from 0, each validation fits the line for the epochs after it, as in the reference. */
const FIRST_FIT = 6;

export interface MetricsOptions {
  /** Months a unit of z. */
  ageSdMonths: number;
  /** Weights of the two losses as they are now, or the logarithms that are learnt of them. */
  lossWeights: () => { age: number; sex: number; learnt: boolean };
}

/** All that is measured of an epoch; `bias` is the line that it is corrected by, `fitted` the one after it. */
function measure(
  train: OutputRecorder,
  validation: OutputRecorder | null,
  { ageSdMonths, lossWeights }: MetricsOptions,
  lines: { bias: Bias; fitted: Bias },
): Metrics {
  const context = { ageSdMonths, bias: lines.bias };
  const ofTrain = fitBias(train.outputs.ageHatZ, train.outputs.ageZ);
  return {
    "Loss/train": train.loss,
    ...weightMetrics(lossWeights()),
    ...epochMetrics("train", train.outputs, context),
    "Pred_bias/slope_train": ofTrain.slope,
    "Pred_bias/intercept_train": ofTrain.intercept,
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

/** Names of all metrics that an epoch can have. */
export const METRIC_NAMES: readonly string[] = [
  ...Object.keys(NO_EPOCH),
  ...Object.keys(weightMetrics({ age: 1, sex: 0, learnt: true })),
];

export class MetricsHook implements Hook {
  readonly name = "metrics";
  /** What predictions (z) are corrected by. */
  private line: Bias = NO_BIAS;
  private readonly train = new OutputRecorder();

  constructor(
    private readonly options: MetricsOptions,
    private readonly logger: Logger,
  ) {}

  get bias(): Bias {
    return this.line;
  }

  /** Of the training epoch at hand, so far; months. */
  get trainMadMonths(): number {
    const { ageHatZ, ageZ } = this.train.outputs;
    let sum = 0;
    for (let i = 0; i < ageZ.length; i++) sum += Math.abs(ageHatZ[i]! - ageZ[i]!);
    return (sum / ageZ.length) * this.options.ageSdMonths;
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
    const fitted = fitBias(outputs.ageHatZ, outputs.ageZ);
    if (Number.isFinite(fitted.slope + fitted.intercept)) this.line = fitted;
    else this.logger.warn("predictions of validation are all the same: the bias of the last epoch is kept");
  }

  state(): HookState {
    return { ...this.line, train: this.train.state() };
  }

  restore({ slope, intercept, train }: HookState): void {
    this.line = { slope: slope as number, intercept: intercept as number };
    this.train.restore(train as HookState);
  }
}
