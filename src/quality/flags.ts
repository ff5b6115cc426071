/** What is doubtful about a picture. */
import { isDirectionSure, likenessOf } from "./likeness.js";
import { type AllFacts, type Compared, KNOWN, type QualityFlag, THRESHOLDS } from "./thresholds.js";

/** Returns the flags of a picture, in the order of the table; those whose facts are not known are not raised. */
export function flagsOf(facts: AllFacts): QualityFlag[] {
  const compared = comparedOf(facts);
  const flags = Object.entries(THRESHOLDS).filter(([, { fact, sign, limit }]) => {
    const value = compared[fact];
    return value !== undefined && sign * value > sign * limit;
  });
  const names = flags.map(([name]) => name as QualityFlag);
  // A hand that is upside down is rotated too.
  return names.includes("upside_down") ? names.filter((name) => name !== "rotated") : names;
}

export function comparedOf(facts: AllFacts): Compared {
  const { angle, confidence: _, ...others } = facts;
  const isKnown = isDirectionSure(facts, KNOWN);
  return {
    ...others,
    turn: angle !== undefined && isKnown ? Math.abs(angle) : undefined,
    likeness: likenessOf(facts),
  };
}
