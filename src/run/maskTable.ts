import { aligned } from "../console/aligned.js";
import type { Metrics } from "../training/hook.js";
import { PARTS, type Part } from "../training/trainingRow.js";
import { PART_NAMES } from "./evaluationTable.js";

/** How well a mask network marks the hands of one part of the split. */
export interface MaskMetrics {
  pictures: number;
  /** Mean over the pictures of the Dice of the network's mask, of pixels above 0.5, and the true one, both at the network's size. */
  dice: number;
  /** The lowest Dice of a picture. */
  lowestDice: number;
}

type PartsMasks = Partial<Record<Part, MaskMetrics>>;

/** The lines of a table of Dice values. */
export function maskTable(parts: PartsMasks): string[] {
  const lines = PARTS.flatMap((part) => {
    const metrics = parts[part];
    if (metrics === undefined) return [];
    const { pictures, dice, lowestDice } = metrics;
    return [[PART_NAMES[part], String(pictures), dice.toFixed(4), lowestDice.toFixed(4)]];
  });
  return aligned([["", "pictures", "Dice", "lowest"], ...lines], 1);
}

/** The `hp/…` metrics of TensorBoard; -1 for those that do not exist (yet). */
export function maskResults(parts: PartsMasks): Metrics {
  return { "hp/validation_dice": parts.val?.dice ?? -1, "hp/test_dice": parts.test?.dice ?? -1 };
}
