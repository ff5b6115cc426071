import type { PartMetrics } from "../evaluation/partMetrics.js";
import type { Part } from "../training/trainingRow.js";
import type { MaskMetrics } from "./maskTable.js";

/** How good the best model of a run is, on each part of the split of which at least one row could be used. */
export interface RunResults {
  /** Metrics of a bone-age model; empty for other models. */
  metrics: Partial<Record<Part, PartMetrics>>;
  /** Metrics of a mask model; empty for other models. */
  masks: Partial<Record<Part, MaskMetrics>>;
}
