/** Schedules of the learning rate: PyTorch's, to the letter, and a cosine with warm-up. */
import { DeeplasiaError } from "../../errors.js";
import type { ScheduleSetting } from "../../options/train/scheduleClasses.js";
import type { Metrics } from "../hook.js";
import { watchedValue } from "./watchedValue.js";

export interface Schedule {
  /** The rate of the current epoch. */
  readonly learningRate: number;
  /** Call it after each epoch with its metrics. Throws ERR_DEEPLASIA_OPTION for a metric that does not exist. */
  step(metrics: Metrics): void;
  /** Everything that later rates depend on, as JSON takes it. */
  state(): ScheduleState;
  restore(state: ScheduleState): void;
}

export type ScheduleState = Record<string, number | null>;

/** Throws ERR_DEEPLASIA_OPTION for a cosine without an end. */
export function createSchedule(
  setting: ScheduleSetting,
  baseRate: number,
  maxEpochs: number | null,
): Schedule {
  switch (setting.class_path) {
    case "pytorch_lightning.utilities.cli.ReduceLROnPlateau":
      return new ReduceOnPlateau(setting.init_args, baseRate);
    case "torch.optim.lr_scheduler.CosineAnnealingWarmRestarts":
      return new EpochSchedule((epoch) => warmRestarts(epoch, baseRate, setting.init_args));
    case "torch.optim.lr_scheduler.StepLR": {
      const { step_size, gamma } = setting.init_args;
      return new EpochSchedule((epoch) => baseRate * gamma ** Math.floor(epoch / step_size));
    }
    case "CosineWithWarmup": {
      const { warmup_epochs: warmup, T_max, eta_min: lowest } = setting.init_args;
      const end = lastEpoch(T_max ?? maxEpochs, warmup);
      return new EpochSchedule((epoch) => cosineWithWarmup(epoch, baseRate, { warmup, end, lowest }));
    }
    case "Constant":
      return new EpochSchedule(() => baseRate);
  }
}

/** A schedule whose rate depends on the number of the epoch alone. */
class EpochSchedule implements Schedule {
  private epoch = 0;

  constructor(private readonly rateAt: (epoch: number) => number) {}

  get learningRate(): number {
    return this.rateAt(this.epoch);
  }

  step(): void {
    this.epoch += 1;
  }

  state(): ScheduleState {
    return { epoch: this.epoch };
  }

  restore({ epoch }: ScheduleState): void {
    this.epoch = epoch!;
  }
}

type Arguments<C extends string> = Extract<ScheduleSetting, { class_path: `${string}${C}` }>["init_args"];

/** Half a cosine, from `high` at 0 to `low` at 1. */
function cosine(progress: number, high: number, low: number): number {
  return low + ((high - low) * (1 + Math.cos(Math.PI * progress))) / 2;
}

function warmRestarts(
  epoch: number,
  baseRate: number,
  { T_0, T_mult, eta_min }: Arguments<"CosineAnnealingWarmRestarts">,
): number {
  let round = T_0;
  let since = epoch;
  while (since >= round) {
    since -= round;
    round *= T_mult;
  }
  return cosine(since / round, baseRate, eta_min);
}

/** Rises in equal steps to the base rate in epoch `warmup`, falls to the lowest in epoch `end`, and stays there. */
function cosineWithWarmup(
  epoch: number,
  baseRate: number,
  { warmup, end, lowest }: { warmup: number; end: number; lowest: number },
): number {
  if (epoch < warmup) return (baseRate * (epoch + 1)) / (warmup + 1);
  return cosine(Math.min((epoch - warmup) / (end - warmup), 1), baseRate, lowest);
}

function lastEpoch(end: number | null, warmup: number): number {
  if (end !== null && end > warmup) return end;
  const known = end !== null && end !== -1;
  const what = known
    ? `lr_scheduler: the cosine ends in epoch ${end}, but its warm-up takes ${warmup}`
    : "lr_scheduler: the cosine has no end";
  throw new DeeplasiaError("ERR_DEEPLASIA_OPTION", what, {
    remedy: known
      ? "Decrease lr_scheduler.init_args.warmup_epochs, or increase T_max."
      : "Set lr_scheduler.init_args.T_max, or trainer.max_epochs.",
  });
}

/** PyTorch's ReduceLROnPlateau. Epochs that were not validated do not count. */
class ReduceOnPlateau implements Schedule {
  private rate: number;
  private best: number | null = null;
  private badEpochs = 0;
  private cooldownLeft = 0;

  constructor(
    private readonly options: Arguments<"ReduceLROnPlateau">,
    baseRate: number,
  ) {
    this.rate = baseRate;
  }

  get learningRate(): number {
    return this.rate;
  }

  step(metrics: Metrics): void {
    const { monitor, patience, cooldown, factor, min_lr, eps } = this.options;
    const value = watchedValue(metrics, monitor, "lr_scheduler.init_args.monitor");
    if (value === null) return;
    if (this.isBetter(value)) {
      this.best = value;
      this.badEpochs = 0;
    } else {
      this.badEpochs += 1;
    }
    if (this.cooldownLeft > 0) {
      this.cooldownLeft -= 1;
      this.badEpochs = 0;
    }
    if (this.badEpochs <= patience) return;
    const lower = Math.max(this.rate * factor, min_lr);
    if (this.rate - lower > eps) this.rate = lower;
    this.cooldownLeft = cooldown;
    this.badEpochs = 0;
  }

  private isBetter(value: number): boolean {
    const { mode, threshold, threshold_mode } = this.options;
    if (this.best === null) return Number.isFinite(value);
    const sign = mode === "min" ? -1 : 1;
    const least =
      threshold_mode === "rel" ? this.best * (1 + sign * threshold) : this.best + sign * threshold;
    return sign * value > sign * least;
  }

  state(): ScheduleState {
    const { rate, best, badEpochs, cooldownLeft } = this;
    return { rate, best, badEpochs, cooldownLeft };
  }

  restore({ rate, best, badEpochs, cooldownLeft }: ScheduleState): void {
    this.rate = rate!;
    this.best = best!;
    this.badEpochs = badEpochs!;
    this.cooldownLeft = cooldownLeft!;
  }
}
