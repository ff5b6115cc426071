import type { Hook, Metrics } from "../hook.js";

/** The hook that computes the metrics of each epoch, for all hooks after it. Each kind of network has its own. */
export interface MetricsWatcher extends Hook {
  /** The most telling metric of the current epoch so far: `MAD 12.3 months`. */
  soFar(): string;
  /** The same of an epoch that has ended, with its validation, for the log. */
  epochText(metrics: Metrics): string;
}

/** A metric as text; `none` where the epoch does not have it. */
export function metricText(metrics: Metrics, name: string, digits: number): string {
  return metrics[name]?.toFixed(digits) ?? "none";
}
