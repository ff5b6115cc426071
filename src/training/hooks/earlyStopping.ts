import type { Logger } from "../../console/logger.js";
import { DeeplasiaError } from "../../errors.js";
import type { TrainConfig } from "../../options/train/index.js";
import { plural } from "../../plural.js";
import type { EpochEvent, Hook, HookState } from "../hook.js";
import { watchedValue } from "./watchedValue.js";

export type EarlyStoppingOptions = TrainConfig["early_stopping"];

/** Whether the first value of a metric is better than the second. */
export function isBetter(value: number, other: number, mode: "min" | "max"): boolean {
  return mode === "min" ? value < other : value > other;
}

/** Lightning's EarlyStopping: ends a run whose monitored metric no longer improves. */
export class EarlyStopping implements Hook {
  readonly name = "earlyStopping";
  private best: number | null = null;
  /** Epochs since the last improvement. */
  private waited = 0;

  constructor(
    private readonly options: EarlyStoppingOptions,
    private readonly logger: Logger,
  ) {}

  /** Throws ERR_DEEPLASIA_OPTION for a metric that does not exist, if `strict`. */
  afterEpoch({ metrics }: Pick<EpochEvent, "metrics">): string | undefined {
    const { monitor } = this.options;
    try {
      const value = watchedValue(metrics, monitor, "early_stopping.monitor");
      return value === null ? undefined : this.judge(value);
    } catch (error) {
      if (!(error instanceof DeeplasiaError) || this.options.strict) throw error;
      this.logger.warn(`${error.message}; without it there is no early stopping`);
      return undefined;
    }
  }

  private judge(value: number): string | undefined {
    const { monitor, mode, patience, check_finite, stopping_threshold, divergence_threshold } = this.options;
    if (check_finite && !Number.isFinite(value)) return `${monitor} is ${value}`;
    if (stopping_threshold !== null && isBetter(value, stopping_threshold, mode))
      return `${monitor} is ${value}, better than the threshold of ${stopping_threshold}`;
    if (divergence_threshold !== null && isBetter(divergence_threshold, value, mode))
      return `${monitor} is ${value}, worse than the threshold of ${divergence_threshold}`;
    if (this.improves(value)) return undefined;
    this.waited += 1;
    if (this.waited < patience) return undefined;
    const best = this.best === null ? "" : `; best: ${this.best.toFixed(3)}`;
    return `${monitor} did not improve in ${plural(this.waited, "epoch")}${best}`;
  }

  private improves(value: number): boolean {
    const { monitor, mode, min_delta, verbose } = this.options;
    const handicapped = mode === "min" ? value + min_delta : value - min_delta;
    const improves = this.best === null ? Number.isFinite(value) : isBetter(handicapped, this.best, mode);
    if (!improves) return false;
    if (verbose) {
      const by =
        this.best === null ? "" : ` by ${Math.abs(this.best - value).toFixed(3)} >= min_delta = ${min_delta}`;
      this.logger.info(`Metric ${monitor} improved${by}. New best score: ${value.toFixed(3)}`);
    }
    this.best = value;
    this.waited = 0;
    return true;
  }

  state(): HookState {
    return { best: this.best, waited: this.waited };
  }

  restore({ best, waited }: HookState): void {
    this.best = best as number | null;
    this.waited = waited as number;
  }
}
