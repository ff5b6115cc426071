/** The only place where a network's output becomes a bone age. */

import type { Contract } from "../contract/contract.js";
import { inOwnUnit } from "../contract/inOwnUnit.js";
import { DeeplasiaError } from "../errors.js";
import { monthsFromZ } from "../statistics/ageScale.js";
import { type BiasLine, corrected } from "../statistics/biasLine.js";
import type { Sex } from "../words.js";
import type { AgeSpread } from "./ageSpread.js";
import type { NetworkOutput, OutputSpread } from "./networkOutput.js";

/**
 * Bone age in months from the network's first output: un-normalised where the contract states z-scores, then corrected
 * for the bias that regression found, `months - (slope * months + intercept)`.
 */
export function toMonths(output: number, contract: Contract, sex: Sex | null = null): number {
  const { ageUnit, ageMeanMonths, ageSdMonths } = contract;
  const scale = { meanMonths: ageMeanMonths ?? 0, sdMonths: ageSdMonths ?? 1 };
  const months = ageUnit === "months" ? output : monthsFromZ(output, scale);
  return Math.fround(corrected(months, biasOf(contract, sex)));
}

/** The line that corrects the bias of a child of that sex; that of all where the contract has no other. */
export function biasOf(contract: Contract, sex: Sex | null): BiasLine {
  const { biasSlope, biasIntercept, biasFemale, biasMale } = contract;
  const own = sex === "F" ? biasFemale : sex === "M" ? biasMale : undefined;
  const [slope, intercept] = own ?? [biasSlope, biasIntercept];
  return { slope, intercept };
}

/** Probability of male from a logit. */
export function toProbability(logit: number): number {
  return Math.fround(1 / (1 + Math.exp(-logit)));
}

/** What a network's output for one picture means. */
export interface Reading {
  /** Bone age in months, bias-corrected. */
  ageMonths: number;
  /** The network's own output where it is a z-score; null where it is months. */
  ageZ: number | null;
  /** The network's own output where it is months, before the bias correction; null where it is a z-score. */
  rawMonths: number | null;
  /** Probability of male from a model with a sex head, else null. */
  sexHat: number | null;
  /** How wide the network's distribution of the age is; left out by a network that returns a value. */
  spread?: AgeSpread;
}

/** A picture's outputs as a reading, or ERR_DEEPLASIA_NOT_FINITE. */
export function interpret(
  { age, sexLogit, spread = null }: NetworkOutput,
  contract: Contract,
  sex: Sex | null = null,
): Reading | DeeplasiaError {
  if (!Number.isFinite(age)) return notFinite(`the network's output is ${age}`);
  // An infinite logit is a probability of 0 or 1.
  if (Number.isNaN(sexLogit)) return notFinite("the network's output for the sex is NaN");
  const sexHat = sexLogit === null ? null : toProbability(sexLogit);
  return {
    ageMonths: toMonths(age, contract, sex),
    ...inOwnUnit(age, contract),
    sexHat,
    ...(spread !== null && { spread: spreadInMonths(spread, contract, sex) }),
  };
}

/** A distribution in months, corrected for the bias as the age is. */
function spreadInMonths(
  { sd, low, high, members }: OutputSpread,
  contract: Contract,
  sex: Sex | null,
): AgeSpread {
  const months = (age: number) => toMonths(age, contract, sex);
  return {
    sdMonths: Math.fround(Math.abs(months(sd) - months(0))),
    lowMonths: months(low),
    highMonths: months(high),
    memberMonths: members.map(months),
  };
}

function notFinite(message: string): DeeplasiaError {
  return new DeeplasiaError("ERR_DEEPLASIA_NOT_FINITE", message);
}
