/** What is doubtful about a picture. */
import {
  type AllFacts,
  type Compared,
  HAND,
  KNOWN_DIRECTION,
  type QualityFlag,
  THRESHOLDS,
} from "./thresholds.js";

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

export function comparedOf({ angle = 0, confidence, ...facts }: AllFacts): Compared {
  const { area = 0, gaps = 0, direction = 0 } = facts;
  const isLike = Math.min(1, area / HAND.area) * Math.min(1, gaps / HAND.gaps);
  return {
    ...facts,
    turn: direction >= KNOWN_DIRECTION ? Math.abs(angle) : undefined,
    likeness: confidence === undefined ? undefined : confidence * isLike,
  };
}
