/** How a picture can be put right. */
import type { Orientation } from "../image/reoriented.js";
import { isDirectionSure } from "./likeness.js";
import { type AllFacts, SURE } from "./thresholds.js";

const TURNS = [undefined, "90", "180", "270"] as const;

/** Returns what surely makes a picture upright, and bone light; nothing where that is not sure or not needed. */
export function orientationOf(facts: AllFacts): Orientation[] {
  const { angle = 0, contrast = 0 } = facts;
  const quarters = Math.round(-angle / 90);
  const rest = Math.abs(angle + 90 * quarters);
  const isSure = isDirectionSure(facts, SURE) && rest <= SURE.angle;
  const turn = isSure ? TURNS[(quarters + 4) % 4] : undefined;
  return [
    ...(turn === undefined ? [] : [turn]),
    ...(contrast < SURE.contrast ? (["inverted"] as const) : []),
  ];
}
