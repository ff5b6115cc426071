/** When a run ends, early stopping aside: Lightning's limits. */
import type { TrainConfig } from "../options/train/index.js";
import type { Position } from "./hook.js";

export interface Limits {
  /** Infinity: none. */
  maxEpochs: number;
  maxSteps: number;
  maxSeconds: number;
  minEpochs: number;
  minSteps: number;
}

export function limitsOf({ trainer }: TrainConfig): Limits {
  const most = (value: number | null) => (value === null || value === -1 ? Number.POSITIVE_INFINITY : value);
  return {
    maxEpochs: most(trainer.max_epochs),
    maxSteps: most(trainer.max_steps),
    maxSeconds: trainer.max_time === null ? Number.POSITIVE_INFINITY : secondsIn(trainer.max_time),
    minEpochs: trainer.min_epochs ?? 0,
    minSteps: trainer.min_steps ?? 0,
  };
}

/** Of `DD:HH:MM:SS`. */
function secondsIn(time: string): number {
  const [days, hours, minutes, seconds] = time.split(":").map(Number) as [number, number, number, number];
  return ((days * 24 + hours) * 60 + minutes) * 60 + seconds;
}

/** Whether a run may end before its time. */
export function mayEndEarly({ epoch, globalStep }: Position, { minEpochs, minSteps }: Limits): boolean {
  return epoch >= minEpochs && globalStep >= minSteps;
}

/** Why a run ends here; null: it goes on. */
export function limitReached(position: Position, limits: Limits): string | null {
  const { epoch, globalStep, seconds } = position;
  if (epoch >= limits.maxEpochs) return `max_epochs (${limits.maxEpochs})`;
  if (globalStep >= limits.maxSteps) return `max_steps (${limits.maxSteps})`;
  if (seconds >= limits.maxSeconds && mayEndEarly(position, limits))
    return `max_time (${limits.maxSeconds} s)`;
  return null;
}
