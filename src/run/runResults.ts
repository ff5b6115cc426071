import type { PartMetrics } from "../evaluation/partMetrics.js";
import type { Part } from "../training/trainingRow.js";
import type { MaskMetrics } from "./maskTable.js";

/** How good the best model of a run is, on each part of the split of which at least one row could be used. */
export interface RunResults {
  /** Of a bone-age model; empty for any other. */
  metrics: Partial<Record<Part, PartMetrics>>;
  /** Of a mask model; empty for any other. */
  masks: Partial<Record<Part, MaskMetrics>>;
}
