import { madTable } from "../evaluation/madTable.js";
import type { PartMetrics } from "../evaluation/partMetrics.js";
import type { TrainConfig } from "../options/train/index.js";
import type { Metrics } from "../training/hook.js";
import { PARTS, type Part } from "../training/trainingRow.js";

type PartsMetrics = Partial<Record<Part, PartMetrics>>;

/** The reference's names of the parts, in files and metrics. */
export const PART_NAMES: Record<Part, string> = { train: "train", val: "validation", test: "test" };

export const learnsAge = ({ model }: TrainConfig) => model.learnable_sigma || model.age_sigma > 0;

/** The lines of the table of all parts. */
export function evaluationTable(parts: PartsMetrics, config: TrainConfig): string[] {
  const known = PARTS.flatMap((part) => {
    const metrics = parts[part];
    return metrics === undefined ? [] : [[PART_NAMES[part], metrics] as const];
  });
  return madTable(known, learnsAge(config));
}

/** The reference's six `hp/…` metrics of TensorBoard: MADs in months, -1 for those that do not exist (yet). */
export function hyperParameterMetrics(parts: PartsMetrics): Metrics {
  const metricsOf = (part: "val" | "test") => {
    const { mad, madReg, madRegTta } = parts[part] ?? { mad: null, madReg: null, madRegTta: null };
    const name = `hp/${PART_NAMES[part]}_mad`;
    return { [name]: mad ?? -1, [`${name}_reg`]: madReg ?? -1, [`${name}_reg_tta`]: madRegTta ?? -1 };
  };
  return { ...metricsOf("val"), ...metricsOf("test") };
}
