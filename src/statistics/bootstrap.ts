/** Estimates with BCa bootstrap intervals. Rows of a cluster (a patient) are drawn together. */
import { bcaInterval } from "./bcaInterval.js";
import type { Clusters } from "./clusters.js";
import type { Estimate } from "./interval.js";
import { quantileOfSorted } from "./quantile.js";
import { resample } from "./resample.js";

export interface BootstrapOptions {
  clusters: Clusters;
  resamples: number;
  seed: number;
}

/** Fewer clusters give estimates without intervals. */
const FEWEST_CLUSTERS = 3;

/** Most draws of a bootstrap, and the resamples that are made in any case. */
const MOST_DRAWS = 20_000_000;
const FEWEST_RESAMPLES = 400;

/** The number of resamples that are made: fewer than asked for above 10,000 clusters, whose intervals would take minutes. */
export const resamplesMade = (clusters: number, asked: number): number =>
  Math.min(asked, Math.max(FEWEST_RESAMPLES, Math.floor(MOST_DRAWS / clusters)));

/** A statistic that is a function of sums over rows. */
export type OfSums = (sums: Float64Array) => number;

/** Statistics that are estimated from the same draws as others. */
export interface Bootstrapped<T> {
  /** Without intervals. */
  plain(): T;
  /** Is given how often each cluster was drawn. */
  use(counts: Uint16Array, time: number): void;
  withIntervals(): T;
}

/** Draws once for both. */
export function bootstrap<A, B>(
  first: (made: number) => Bootstrapped<A>,
  second: (made: number) => Bootstrapped<B>,
  { clusters, resamples, seed }: BootstrapOptions,
): [A, B] {
  const made = resamplesMade(clusters.count, resamples);
  const [a, b] = [first(made), second(made)];
  if (clusters.count < FEWEST_CLUSTERS) return [a.plain(), b.plain()];
  resample(clusters.count, made, seed, (counts, time) => {
    a.use(counts, time);
    b.use(counts, time);
  });
  return [a.withIntervals(), b.withIntervals()];
}

const NOTHING: Bootstrapped<null> = { plain: () => null, use: () => {}, withIntervals: () => null };

/**
 * Estimates statistics of sums.
 * @param terms what each row adds to the sums, row by row: [rows * width]
 */
export function bootstrapSums<Name extends string>(
  terms: Float64Array,
  width: number,
  statistics: Readonly<Record<Name, OfSums>>,
  options: BootstrapOptions,
): Record<Name, Estimate> {
  const sums = sumsOf(terms, width, statistics, options.clusters);
  return bootstrap(sums, () => NOTHING, options)[0];
}

/** Estimates quantiles of values; the result is in the order of `shares`. */
export function bootstrapQuantiles(
  values: ArrayLike<number>,
  shares: readonly number[],
  options: BootstrapOptions,
): Estimate[] {
  return bootstrap(quantilesOf(values, shares, options.clusters), () => NOTHING, options)[0];
}

/** The statistics of `bootstrapSums`, for `bootstrap`. */
export function sumsOf<Name extends string>(
  terms: Float64Array,
  width: number,
  statistics: Readonly<Record<Name, OfSums>>,
  clusters: Clusters,
): (made: number) => Bootstrapped<Record<Name, Estimate>> {
  const names = Object.keys(statistics) as Name[];
  const byCluster = new Float64Array(clusters.count * width);
  const total = new Float64Array(width);
  for (let i = 0; i < terms.length; i++) {
    const term = i % width;
    byCluster[clusters.of[(i - term) / width]! * width + term]! += terms[i]!;
    total[term]! += terms[i]!;
  }
  const sums = new Float64Array(width);
  return (made) => {
    const resampled = names.map(() => new Float64Array(made));
    return {
      plain: () => collect(names, (name) => ({ value: statistics[name](total), interval: null })),
      use(counts, time) {
        addDrawn(sums, byCluster, counts);
        names.forEach((name, i) => {
          resampled[i]![time] = statistics[name](sums);
        });
      },
      withIntervals() {
        const leftOut = names.map(() => new Float64Array(clusters.count));
        for (let cluster = 0; cluster < clusters.count; cluster++) {
          for (let term = 0; term < width; term++)
            sums[term] = total[term]! - byCluster[cluster * width + term]!;
          names.forEach((name, i) => {
            leftOut[i]![cluster] = statistics[name](sums);
          });
        }
        return collect(names, (name, i) => {
          const value = statistics[name](total);
          return { value, interval: bcaInterval(value, resampled[i]!, leftOut[i]!) };
        });
      },
    };
  };
}

function addDrawn(sums: Float64Array, byCluster: Float64Array, counts: Uint16Array): void {
  const width = sums.length;
  sums.fill(0);
  for (let cluster = 0; cluster < counts.length; cluster++) {
    const times = counts[cluster]!;
    if (times === 0) continue;
    const first = cluster * width;
    for (let term = 0; term < width; term++) sums[term]! += times * byCluster[first + term]!;
  }
}

/** The quantiles of `bootstrapQuantiles`, for `bootstrap`. */
export function quantilesOf(
  values: ArrayLike<number>,
  shares: readonly number[],
  clusters: Clusters,
): (made: number) => Bootstrapped<Estimate[]> {
  const order = Uint32Array.from({ length: values.length }, (_, i) => i).sort(
    (a, b) => values[a]! - values[b]!,
  );
  const sorted = Float64Array.from(order, (row) => values[row]!);
  const owner = Uint32Array.from(order, (row) => clusters.of[row]!);
  const estimates = shares.map((share) => quantileOfSorted(sorted, share));
  const drawn = new Uint32Array(sorted.length);
  return (made) => {
    const resampled = shares.map(() => new Float64Array(made));
    return {
      plain: () => estimates.map((value) => ({ value, interval: null })),
      use(counts, time) {
        let total = 0;
        for (let i = 0; i < drawn.length; i++) {
          total += counts[owner[i]!]!;
          drawn[i] = total;
        }
        shares.forEach((share, s) => {
          resampled[s]![time] = quantileOfCounted(sorted, drawn, share);
        });
      },
      withIntervals() {
        const ranks = ranksByCluster(owner, clusters.count);
        return shares.map((share, s) => {
          const leftOut = Float64Array.from(ranks, (removed) => quantileWithout(sorted, removed, share));
          return { value: estimates[s]!, interval: bcaInterval(estimates[s]!, resampled[s]!, leftOut) };
        });
      },
    };
  };
}

/** The quantile where `counts[i]` values are among the first i + 1 of the sorted ones. */
function quantileOfCounted(sorted: Float64Array, counts: Uint32Array, share: number): number {
  const position = share * (counts.at(-1)! - 1);
  const rank = Math.floor(position);
  let [low, high] = [0, counts.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (counts[middle]! > rank) high = middle;
    else low = middle + 1;
  }
  const value = sorted[low]!;
  if (position === rank || counts[low]! > rank + 1) return value;
  let next = low + 1;
  while (next < counts.length && counts[next]! === counts[low]!) next += 1;
  return value + ((sorted[next] ?? value) - value) * (position - rank);
}

/** The ranks of each cluster's values, ascending. */
function ranksByCluster(owner: Uint32Array, count: number): number[][] {
  const ranks: number[][] = Array.from({ length: count }, () => []);
  owner.forEach((cluster, rank) => {
    ranks[cluster]!.push(rank);
  });
  return ranks;
}

function quantileWithout(sorted: Float64Array, removed: readonly number[], share: number): number {
  const position = share * (sorted.length - removed.length - 1);
  const rank = Math.floor(position);
  const at = (wanted: number) => {
    let index = wanted;
    for (const gone of removed) if (gone <= index) index += 1;
    return sorted[index] ?? Number.NaN;
  };
  const value = at(rank);
  return position === rank ? value : value + (at(rank + 1) - value) * (position - rank);
}

function collect<Name extends string>(
  names: readonly Name[],
  estimate: (name: Name, index: number) => Estimate,
): Record<Name, Estimate> {
  return Object.fromEntries(names.map((name, i) => [name, estimate(name, i)])) as Record<Name, Estimate>;
}
