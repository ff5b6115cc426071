/** What is doubtful about a picture. */
import { type AllFacts, type QualityFlag, THRESHOLDS } from "./thresholds.js";

/** Returns the flags of a picture, in the order of the table; those whose facts are not known are not raised. */
export function flagsOf(facts: AllFacts): QualityFlag[] {
  const sized = { ...facts, angle: Math.abs(facts.angle) };
  const flags = Object.entries(THRESHOLDS).filter(([, { fact, sign, limit }]) => {
    const value = sized[fact];
    return value !== undefined && sign * value > sign * limit;
  });
  const names = flags.map(([name]) => name as QualityFlag);
  // A hand that is upside down is rotated too.
  return names.includes("upside_down") ? names.filter((name) => name !== "rotated") : names;
}
