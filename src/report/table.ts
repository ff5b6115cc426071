/** Tables of a report as plain records, and their text as CSV and LaTeX. */
import { csvLines } from "../data/csvLines.js";
import type { Estimate } from "../statistics/interval.js";

export interface Column {
  title: string;
  /** `share`: shown in percent. An estimate has its interval in the same cell; in CSVs in columns of its own. */
  kind: "text" | "count" | "number" | "share" | "estimate" | "shareEstimate" | "p";
  /** Decimals; 2 unless given. */
  digits?: number;
}

/** An estimate may have decimals of its own. */
export type Cell = string | number | (Estimate & { digits?: number }) | null;

export interface ReportTable {
  /** Name of its files. */
  name: string;
  caption: string;
  columns: readonly Column[];
  rows: readonly (readonly Cell[])[];
  note?: string;
}

export const MINUS = "\u2212";
const NONE = "–";

/** A number with a typographic minus; a dash for null and for what is no number. */
export function numberText(value: number | null, digits = 2): string {
  if (value === null || !Number.isFinite(value)) return NONE;
  const text = Math.abs(value).toFixed(digits);
  return value < 0 && Number(text) !== 0 ? MINUS + text : text;
}

export const percentText = (share: number | null, digits = 1): string =>
  share === null || !Number.isFinite(share) ? NONE : `${(100 * share).toFixed(digits)} %`;

/** `6.12 (5.80 to 6.47)`; without parentheses where there is no interval. */
export function estimateText(estimate: Estimate | null, digits = 2, scale = 1): string {
  if (estimate === null) return NONE;
  const { value, interval } = estimate;
  const text = numberText(value * scale, digits);
  if (interval === null) return text;
  return `${text} (${numberText(interval.lower * scale, digits)} to ${numberText(interval.upper * scale, digits)})`;
}

export function pText(p: number | null): string {
  if (p === null || Number.isNaN(p)) return NONE;
  return p < 0.001 ? "< 0.001" : p.toFixed(3);
}

/** The text of a cell, for people. */
export function cellText(cell: Cell, { kind, digits }: Column): string {
  if (cell === null) return NONE;
  if (typeof cell === "string") return cell;
  if (typeof cell === "object")
    return kind === "shareEstimate"
      ? estimateText(cell, digits ?? 1, 100)
      : estimateText(cell, cell.digits ?? digits);
  if (kind === "count") return Number.isFinite(cell) ? cell.toLocaleString("en-US") : NONE;
  if (kind === "share") return percentText(cell, digits);
  return kind === "p" ? pText(cell) : numberText(cell, digits);
}

const isEstimate = ({ kind }: Column) => kind === "estimate" || kind === "shareEstimate";

/** The table as a CSV with all digits; an estimate is three columns. */
export function tableCsv({ columns, rows }: ReportTable): string {
  const header = columns.flatMap((column) =>
    isEstimate(column) ? [column.title, `${column.title} lower`, `${column.title} upper`] : [column.title],
  );
  const plain = (value: number | undefined) =>
    value === undefined || !Number.isFinite(value) ? "" : String(value);
  const lines = rows.map((row) =>
    row.flatMap((cell, i) => {
      if (isEstimate(columns[i]!)) {
        const { value, interval } =
          cell === null || typeof cell !== "object" ? { value: undefined, interval: null } : cell;
        return [plain(value), plain(interval?.lower), plain(interval?.upper)];
      }
      return [typeof cell === "string" ? cell : plain((cell as number | null) ?? undefined)];
    }),
  );
  return csvLines([header, ...lines]);
}

const LATEX: Record<string, string> = {
  "\\": "\\textbackslash{}",
  "~": "\\textasciitilde{}",
  "^": "\\textasciicircum{}",
  [MINUS]: "$-$",
  "–": "--",
  "±": "$\\pm$",
  "≤": "$\\leq$",
  "<": "$<$",
};
const latex = (text: string) =>
  text.replace(/[\\~^−–±≤<]|[&%$#_{}]/g, (character) => LATEX[character] ?? `\\${character}`);

/** The table for LaTeX with the package booktabs. */
export function tableLatex(table: ReportTable): string {
  const { name, caption, columns, rows, note } = table;
  const line = (cells: readonly string[]) => `    ${cells.map(latex).join(" & ")} \\\\`;
  return [
    "\\begin{table}",
    "  \\centering",
    `  \\caption{${latex(note === undefined ? caption : `${caption} ${note}`)}}`,
    `  \\label{tab:${name}}`,
    `  \\begin{tabular}{${columns.map(({ kind }) => (kind === "text" ? "l" : "r")).join("")}}`,
    "    \\toprule",
    line(columns.map(({ title }) => title)),
    "    \\midrule",
    ...rows.map((row) => line(row.map((cell, i) => cellText(cell, columns[i]!)))),
    "    \\bottomrule",
    "  \\end{tabular}",
    "\\end{table}",
    "",
  ].join("\n");
}
