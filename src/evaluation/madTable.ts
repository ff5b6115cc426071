import { aligned } from "../console/aligned.js";
import type { PartMetrics } from "./partMetrics.js";

/** The lines of a table of MADs (months) and accuracies of the parts, by name. It has no ages where a network did not learn them. */
export function madTable(parts: readonly (readonly [name: string, PartMetrics])[], hasAges = true): string[] {
  const header = ["", "pictures", ...(hasAges ? ["MAD", "MAD_reg", "MAD_reg_tta"] : []), "sex accuracy"];
  const lines = parts.map(([name, { pictures, mad, madReg, madRegTta, sexAccuracy }]) => {
    const mads = [mad, madReg, madRegTta].map((value) => value?.toFixed(2) ?? "none");
    return [name, String(pictures), ...(hasAges ? mads : []), sexAccuracy?.toFixed(3) ?? "none"];
  });
  return aligned([header, ...lines], 1);
}
