/** Wilcoxon's signed-rank test of paired values. */
import { midRanks } from "./midRanks.js";
import { normalCdf } from "./normal.js";

export interface Wilcoxon {
  /** The smaller of the two sums of ranks. */
  statistic: number;
  /** Two-sided. */
  p: number;
  /** Differences that are not 0. */
  pairs: number;
}

/** Up to here, and without ties or zeros, the distribution of the sum of ranks is enumerated. */
const MOST_EXACT = 50;

/** Tests whether differences are symmetric about 0; those of 0 are left out. Returns null where all are 0. */
export function wilcoxon(differences: ArrayLike<number>): Wilcoxon | null {
  const values = Array.from(differences).filter((difference) => difference !== 0);
  const n = values.length;
  if (n === 0) return null;
  const ranks = midRanks(values.map(Math.abs));
  const positive = ranks.reduce((sum, rank, i) => sum + (values[i]! > 0 ? rank : 0), 0);
  const statistic = Math.min(positive, (n * (n + 1)) / 2 - positive);
  const sizes = tieSizes(ranks);
  const isExact = n <= MOST_EXACT && sizes.every((size) => size === 1) && n === differences.length;
  return { statistic, p: isExact ? exactP(statistic, n) : approximateP(statistic, n, sizes), pairs: n };
}

function tieSizes(ranks: Float64Array): number[] {
  const sizes = new Map<number, number>();
  for (const rank of ranks) sizes.set(rank, (sizes.get(rank) ?? 0) + 1);
  return [...sizes.values()];
}

function approximateP(statistic: number, n: number, sizes: readonly number[]): number {
  const expected = (n * (n + 1)) / 4;
  const ties = sizes.reduce((sum, size) => sum + size ** 3 - size, 0);
  const variance = (n * (n + 1) * (2 * n + 1)) / 24 - ties / 48;
  return Math.min(1, 2 * normalCdf((statistic - expected) / Math.sqrt(variance)));
}

/** Counts the signs that give each sum of ranks. */
function exactP(statistic: number, n: number): number {
  const most = (n * (n + 1)) / 2;
  const ways = new Float64Array(most + 1);
  ways[0] = 1;
  for (let rank = 1; rank <= n; rank++)
    for (let sum = most; sum >= rank; sum--) ways[sum]! += ways[sum - rank]!;
  const below = ways.subarray(0, statistic + 1).reduce((total, count) => total + count, 0);
  return Math.min(1, (2 * below) / 2 ** n);
}
