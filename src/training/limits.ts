import type { TrainConfig } from "../options/train/index.js";
import type { Position } from "./hook.js";

/** Lightning's limits of a run. Infinity is no limit. */
export interface Limits {
  maxEpochs: number;
  maxSteps: number;
  maxSeconds: number;
  minEpochs: number;
  minSteps: number;
}

export function limitsOf({ trainer }: Pick<TrainConfig, "trainer">): Limits {
  const most = (value: number | null) => (value === null || value === -1 ? Number.POSITIVE_INFINITY : value);
  return {
    maxEpochs: most(trainer.max_epochs),
    maxSteps: most(trainer.max_steps),
    maxSeconds: trainer.max_time === null ? Number.POSITIVE_INFINITY : secondsIn(trainer.max_time),
    minEpochs: trainer.min_epochs ?? 0,
    minSteps: trainer.min_steps ?? 0,
  };
}

/** The seconds of a time that is written `DD:HH:MM:SS`. */
function secondsIn(time: string): number {
  const [days, hours, minutes, seconds] = time.split(":").map(Number) as [number, number, number, number];
  return ((days * 24 + hours) * 60 + minutes) * 60 + seconds;
}

/** Whether early stopping or max_time may end the run. */
export function mayEndEarly({ epoch, globalStep }: Position, { minEpochs, minSteps }: Limits): boolean {
  return epoch >= minEpochs && globalStep >= minSteps;
}

/** Returns the limit that ends the run here; null if none does. */
export function limitReached(position: Position, limits: Limits): string | null {
  const { epoch, globalStep, seconds } = position;
  if (epoch >= limits.maxEpochs) return `max_epochs (${limits.maxEpochs})`;
  if (globalStep >= limits.maxSteps) return `max_steps (${limits.maxSteps})`;
  if (seconds >= limits.maxSeconds && mayEndEarly(position, limits))
    return `max_time (${limits.maxSeconds} s)`;
  return null;
}
