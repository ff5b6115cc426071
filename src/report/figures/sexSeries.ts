import type { EvaluatedRow } from "../../evaluation/evaluatedRow.js";
import type { LegendEntry } from "./legend.js";

/** The rows of a sex with their colour. */
export interface SexSeries {
  label: string;
  colour: "first" | "second" | "third";
  rows: EvaluatedRow[];
}

/** Only sexes that have rows. */
export function sexSeries(rows: readonly EvaluatedRow[]): SexSeries[] {
  const all = [
    { label: "girls", colour: "second", sex: "F" },
    { label: "boys", colour: "first", sex: "M" },
    { label: "sex unknown", colour: "third", sex: null },
  ] as const;
  return all
    .map(({ label, colour, sex }) => ({ label, colour, rows: rows.filter((row) => row.sex === sex) }))
    .filter((series) => series.rows.length > 0);
}

export const sexLegend = (series: readonly SexSeries[]): LegendEntry[] =>
  series.map(({ label, colour, rows }) => ({
    label: `${label} (${rows.length.toLocaleString("en-US")})`,
    colour,
    mark: "point",
  }));
