/** Several models on the same rows: who is better, how alike their errors are, and which mean of them is best. */
import { type AgeEstimates, ageEstimates } from "../statistics/ageEstimates.js";
import { clustersOf } from "../statistics/clusters.js";
import { correlation } from "../statistics/correlation.js";
import { meanAbsoluteDeviation } from "../statistics/deviations.js";
import { type PairedDifference, pairedDifference } from "../statistics/pairedDifference.js";

export interface ComparedModel {
  name: string;
  /** In the order of the rows, months. */
  ages: readonly number[];
}

export interface ComparedRows {
  truths: readonly number[];
  patients: readonly string[];
}

export interface Comparison {
  /** Pictures that are compared. */
  pictures: number;
  /** Each model with its estimates on these pictures. */
  models: {
    /** The name of its CSV. */
    name: string;
    /** Errors in months, with intervals. */
    ages: AgeEstimates;
  }[];
  /** Every two models: a difference below 0 means that the first is better. */
  pairs: ({
    /** Name of the first model. */
    first: string;
    /** Name of the second model. */
    second: string;
  } & PairedDifference)[];
  /** Pearson's correlation between the errors of every two models, row by row. */
  errorCorrelations: number[][];
  /** The mean of these models has the smallest MAD of all such means; null for more than 12 models. */
  bestSubset: {
    /** Names of the models. */
    names: string[];
    /** MAD of their mean, months. */
    mad: number;
    /** The part on whose pictures they were chosen; null: on the compared ones. */
    chosenOn: string | null;
  } | null;
}

/** There are 4,095 means of twelve models. */
const MOST_FOR_SUBSETS = 12;

export function compareRows(
  models: readonly ComparedModel[],
  { truths, patients }: ComparedRows,
  { resamples, seed }: { resamples: number; seed: number },
  { choice = null, members = models.map(({ name }) => name) }: Combining = {},
): Comparison {
  const options = { clusters: clustersOf(patients), resamples, seed };
  const errors = models.map(({ ages }) => ages.map((age, i) => age - truths[i]!));
  return {
    pictures: truths.length,
    models: models.map(({ name, ages }) => ({ name, ages: ageEstimates(ages, truths, options) })),
    pairs: models.flatMap((first, i) =>
      models.slice(i + 1).map((second) => ({
        ...{ first: first.name, second: second.name },
        ...pairedDifference(first.ages, second.ages, truths, options),
      })),
    ),
    errorCorrelations: errors.map((a) => errors.map((b) => correlation(a, b))),
    bestSubset: members.length > MOST_FOR_SUBSETS ? null : chosenSubset(models, truths, choice, members),
  };
}

export interface Combining {
  /** The pictures on which the best mean is chosen; null: those that are compared. */
  choice?: Choice | null;
  /** Names of the models whose means are tried; all unless given. */
  members?: readonly string[];
}

/** The ages of the same models, in the same order, for pictures of another part. */
export interface Choice {
  part: string;
  models: readonly ComparedModel[];
  truths: readonly number[];
}

function chosenSubset(
  models: readonly ComparedModel[],
  truths: readonly number[],
  choice: Choice | null,
  members: readonly string[],
): Comparison["bestSubset"] {
  const named = (all: readonly ComparedModel[], names: readonly string[]) =>
    all.filter(({ name }) => names.includes(name));
  if (choice === null) return bestSubset(named(models, members), truths);
  const best = bestSubset(named(choice.models, members), choice.truths);
  if (best === null) return null;
  return { ...best, mad: madOfMean(named(models, best.names), truths), chosenOn: choice.part };
}

function madOfMean(members: readonly ComparedModel[], truths: readonly number[]): number {
  const means = truths.map(
    (_, row) => members.reduce((sum, { ages }) => sum + ages[row]!, 0) / members.length,
  );
  return meanAbsoluteDeviation(means, truths);
}

function bestSubset(models: readonly ComparedModel[], truths: readonly number[]): Comparison["bestSubset"] {
  let best: Comparison["bestSubset"] = null;
  for (let bits = 1; bits < 2 ** models.length; bits++) {
    const members = models.filter((_, i) => (bits >> i) & 1);
    const mad = madOfMean(members, truths);
    if (best === null || mad < best.mad)
      best = { names: members.map(({ name }) => name), mad, chosenOn: null };
  }
  return best;
}
