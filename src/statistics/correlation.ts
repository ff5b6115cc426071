import { mean } from "./mean.js";

/** Means of two series, and sums of products of the distances from them. */
export interface Moments {
  meanX: number;
  meanY: number;
  sumXX: number;
  sumXY: number;
  sumYY: number;
}

export function moments(x: ArrayLike<number>, y: ArrayLike<number>): Moments {
  const meanX = mean(x);
  const meanY = mean(y);
  const sums = { sumXX: 0, sumXY: 0, sumYY: 0 };
  for (let i = 0; i < x.length; i++) {
    const dx = x[i]! - meanX;
    const dy = y[i]! - meanY;
    sums.sumXY += dx * dy;
    sums.sumXX += dx * dx;
    sums.sumYY += dy * dy;
  }
  return { meanX, meanY, ...sums };
}

/** Pearson's correlation coefficient; NaN where one of the series is constant. */
export function correlation(x: ArrayLike<number>, y: ArrayLike<number>): number {
  const { sumXX, sumXY, sumYY } = moments(x, y);
  return sumXY / Math.sqrt(sumXX * sumYY);
}
