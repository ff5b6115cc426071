/** How a picture can be put right. */
import type { Orientation } from "../image/reoriented.js";
import type { QualityFacts } from "./qualityFacts.js";
import { SURE } from "./thresholds.js";

const TURNS = [undefined, "90", "180", "270"] as const;

/** Returns what surely makes a picture upright, and bone light; nothing where that is not sure or not needed. */
export function orientationOf({ angle = 0, direction = 0, contrast = 0 }: QualityFacts): Orientation[] {
  const quarters = Math.round(-angle / 90);
  const rest = Math.abs(angle + 90 * quarters);
  const isSure = direction >= SURE.direction && rest <= SURE.angle;
  const turn = isSure ? TURNS[(quarters + 4) % 4] : undefined;
  return [
    ...(turn === undefined ? [] : [turn]),
    ...(contrast < SURE.contrast ? (["inverted"] as const) : []),
  ];
}
