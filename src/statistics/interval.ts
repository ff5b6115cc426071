/** Two bounds, of an interval of confidence or of prediction. */
export interface Interval {
  lower: number;
  upper: number;
}

/** A number that was estimated, with its interval of confidence; null where none can be given. */
export interface Estimate {
  value: number;
  interval: Interval | null;
}

/** The level of all intervals of confidence. */
export const CONFIDENCE = 0.95;
