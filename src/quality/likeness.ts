/** How sure it is that a mask marks a hand, and where its fingers point. */
import { type AllFacts, HAND, type Sureness } from "./thresholds.js";

/** Returns how much like a hand the shape is that a model marked, 0 to 1; undefined for a mask that was given. */
export function likenessOf({ confidence, area = 0, gaps = 0 }: AllFacts): number | undefined {
  if (confidence === undefined) return undefined;
  return confidence * Math.min(1, area / HAND.area) * Math.min(1, gaps / HAND.gaps);
}

export function isDirectionSure(facts: AllFacts, { direction, likeness }: Sureness): boolean {
  return (facts.direction ?? 0) >= direction && (likenessOf(facts) ?? 1) >= likeness;
}
