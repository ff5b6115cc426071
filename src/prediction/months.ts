/** The only place where a network's output becomes a bone age. */
import type { Contract } from "../model/contract.js";

/**
 * Bone age in months from the network's first output: un-normalised where the contract says z-scores, then corrected
 * for the bias that regression found, `months - (slope * months + intercept)`.
 */
export function toMonths(output: number, contract: Contract): number {
  const months =
    contract.ageUnit === "months"
      ? output
      : output * (contract.ageSdMonths ?? 1) + (contract.ageMeanMonths ?? 0);
  return Math.fround(months - (contract.biasSlope * months + contract.biasIntercept));
}

/** Probability of male from a logit. */
export function toProbability(logit: number): number {
  return Math.fround(1 / (1 + Math.exp(-logit)));
}

/** `8 years 3 months` for a person; whole months, never negative. */
export function ageText(ageMonths: number): string {
  const months = Math.max(0, Math.round(ageMonths));
  return `${Math.floor(months / 12)} years ${months % 12} months`;
}
