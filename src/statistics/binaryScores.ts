/** Metrics of how well scores separate two classes. A class is 1 (positive) or 0. */

export interface BinaryScores {
  accuracy: number;
  /** 0 where no value is positive, neither in truth nor as predicted. */
  f1: number;
  /** 0 where one of the classes has no value. */
  areaUnderRoc: number;
}

/** A score of 0 or more predicts the positive class, as a logit of 0 stands for a probability of one half. */
export function binaryScores(scores: ArrayLike<number>, truths: ArrayLike<number>): BinaryScores {
  const counts = { truePositive: 0, trueNegative: 0, wrong: 0 };
  for (let i = 0; i < truths.length; i++) {
    const isPredicted = scores[i]! >= 0;
    const isPositive = truths[i] === 1;
    if (isPredicted !== isPositive) counts.wrong += 1;
    else if (isPositive) counts.truePositive += 1;
    else counts.trueNegative += 1;
  }
  const { truePositive, trueNegative, wrong } = counts;
  const positives = 2 * truePositive + wrong;
  return {
    accuracy: (truePositive + trueNegative) / (truePositive + trueNegative + wrong),
    f1: positives === 0 ? 0 : (2 * truePositive) / positives,
    areaUnderRoc: areaUnderRoc(scores, truths),
  };
}

/** The share of pairs of a positive and a negative value in which the positive one has the larger score; ties count half. */
function areaUnderRoc(scores: ArrayLike<number>, truths: ArrayLike<number>): number {
  const order = Array.from({ length: truths.length }, (_, i) => i).sort((a, b) => scores[a]! - scores[b]!);
  let positives = 0;
  let rankSum = 0;
  for (let start = 0; start < order.length; ) {
    let end = start;
    while (end < order.length && scores[order[end]!] === scores[order[start]!]) end += 1;
    // All values of a tie get the mean of their ranks, which count from 1. NaN equals nothing, not even itself.
    end = Math.max(end, start + 1);
    const positivesHere = order.slice(start, end).filter((i) => truths[i] === 1).length;
    positives += positivesHere;
    rankSum += (positivesHere * (start + 1 + end)) / 2;
    start = end;
  }
  const negatives = truths.length - positives;
  if (positives === 0 || negatives === 0) return 0;
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}
