/** Formats the results of the cohort commands as text. */

import type { CheckResult } from "../cohort/checkCohort.js";
import { FINDING_KINDS, type FindingKind } from "../cohort/findings.js";
import type { ImportedCohort } from "../cohort/importCohort.js";
import type { SplitResult } from "../cohort/splitCohort.js";
import { aligned } from "../console/aligned.js";
import { plural } from "../plural.js";

/** The largest number of findings of one kind that are listed; `--json` has them all. */
const LISTED = 10;

const counted = (count: number) => count.toLocaleString("en");
const lines = (texts: readonly string[]) => texts.map((text) => `${text}\n`).join("");

/** Formats the result of an import. */
export function formatImport({ rows, leftOut, notes }: ImportedCohort, out: string): string {
  const girls = rows.filter(({ sex }) => sex === "F").length;
  const boys = rows.filter(({ sex }) => sex === "M").length;
  const unknown = rows.length - girls - boys;
  const sexes = `${counted(girls)} F, ${counted(boys)} M${unknown > 0 ? `, ${counted(unknown)} unknown` : ""}`;
  return lines([
    ...(rows.length > 0
      ? [`written: ${out}: ${plural(rows.length, "row", "rows", counted(rows.length))} (${sexes})`]
      : []),
    ...leftOut.map(({ why, count, examples }) => {
      const some = examples.length < count ? `${examples.join(", ")}, …` : examples.join(", ");
      return `left out: ${counted(count)}: ${why}: ${some}`;
    }),
    ...notes.map((note) => `note: ${note}`),
  ]);
}

/** Formats the result of a split as a table. */
export function formatSplit(
  summary: SplitResult["summary"],
  leftOut: SplitResult["leftOut"],
  out: string,
): string {
  const table = Object.entries(summary).flatMap(([scheme, parts]) =>
    Object.entries(parts).map(([part, { patients, pictures, girls, boys, meanAgeMonths }]) => [
      scheme,
      part,
      counted(patients),
      counted(pictures),
      counted(girls),
      counted(boys),
      meanAgeMonths?.toFixed(1) ?? "",
    ]),
  );
  return lines([
    ...(table.length > 0 ? [`written: ${out}`] : []),
    ...aligned([["scheme", "part", "patients", "pictures", "F", "M", "mean months"], ...table], 2),
    ...leftOutLines(leftOut),
  ]);
}

/** Returns a line for each reason. */
function leftOutLines(leftOut: SplitResult["leftOut"]): string[] {
  const rowsOf = new Map<string, number[]>();
  for (const { row, why } of leftOut) {
    const rows = rowsOf.get(why);
    if (rows === undefined) rowsOf.set(why, [row]);
    else rows.push(row);
  }
  return [...rowsOf].map(([why, rows]) => {
    const some = rows.slice(0, LISTED).join(", ") + (rows.length > LISTED ? ", …" : "");
    return `left out: ${counted(rows.length)}: ${why} (${rows.length === 1 ? "row" : "rows"} ${some})`;
  });
}

/** Formats the findings of a check by kind. */
export function formatCheck({ rows, pictures, findings, notes }: CheckResult, annotations: string): string {
  const summary = `${annotations}: ${plural(rows, "row", "rows", counted(rows))}, ${plural(pictures, "picture", "pictures", counted(pictures))}`;
  const noted = notes.map((note) => `note: ${note}`);
  if (findings.length === 0) return lines([`${summary}: no problems found`, ...noted]);
  const byKind = (Object.keys(FINDING_KINDS) as FindingKind[]).flatMap((kind) => {
    const texts = findings
      .filter((finding) => finding.kind === kind)
      .map(({ row, what }) => (row === null ? what : `row ${row}: ${what}`));
    return listed(texts, FINDING_KINDS[kind]);
  });
  return lines([summary, ...byKind, ...noted]);
}

/** Returns a heading such as `3 pictures are missing` and the pictures below it. */
function listed(texts: readonly string[], [one, several]: readonly [string, string]): string[] {
  if (texts.length === 0) return [];
  const rest = texts.length - LISTED;
  return [
    plural(texts.length, one, several, counted(texts.length)),
    ...texts.slice(0, LISTED).map((text) => `  ${text}`),
    ...(rest > 0 ? [`  and ${counted(rest)} more (--json has all)`] : []),
  ];
}
