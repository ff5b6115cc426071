import { aligned } from "../console/aligned.js";
import type { PartMetrics } from "../evaluation/partMetrics.js";
import type { TrainConfig } from "../options/train/index.js";
import type { Metrics } from "../training/hook.js";
import { PARTS, type Part } from "../training/trainingRow.js";

type PartsMetrics = Partial<Record<Part, PartMetrics>>;

/** The reference's names of the parts, in files and metrics. */
export const PART_NAMES: Record<Part, string> = { train: "train", val: "validation", test: "test" };

export const learnsAge = ({ model }: TrainConfig) => model.learnable_sigma || model.age_sigma > 0;

/** The lines of a table of MADs (months) and accuracies. It has no ages where the network did not learn them. */
export function evaluationTable(parts: PartsMetrics, config: TrainConfig): string[] {
  const hasAges = learnsAge(config);
  const header = ["", "pictures", ...(hasAges ? ["MAD", "MAD_reg", "MAD_reg_tta"] : []), "sex accuracy"];
  const lines = PARTS.flatMap((part) => {
    const metrics = parts[part];
    if (metrics === undefined) return [];
    const { pictures, mad, madReg, madRegTta, sexAccuracy } = metrics;
    const mads = [mad, madReg, madRegTta].map((value) => value?.toFixed(2) ?? "none");
    const accuracy = sexAccuracy?.toFixed(3) ?? "none";
    return [[PART_NAMES[part], String(pictures), ...(hasAges ? mads : []), accuracy]];
  });
  return aligned([header, ...lines], 1);
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
