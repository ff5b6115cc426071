import { DeeplasiaError } from "../../errors.js";
import type { Metrics } from "../hook.js";

/**
 * Returns the metric that `setting` names. Returns null in an epoch without validation, where it may be a metric of
 * validation.
 *
 * Throws ERR_DEEPLASIA_OPTION for a metric that does not exist.
 */
export function watchedValue(metrics: Metrics, name: string, setting: string): number | null {
  const value = metrics[name];
  if (value !== undefined) return value;
  if (!Object.keys(metrics).some((known) => known.startsWith("Step-wise/val_"))) return null;
  throw new DeeplasiaError("ERR_DEEPLASIA_OPTION", `${setting}: there is no metric ${name}`, {
    remedy: `Set it to one of ${Object.keys(metrics).join(", ")}.`,
  });
}
