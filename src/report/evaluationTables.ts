/** The tables of an evaluation. */
import type { Demographics } from "../evaluation/demographics.js";
import type { CohortToEvaluate, EvaluatedRow } from "../evaluation/evaluatedRow.js";
import type { EvaluationOfRows } from "../evaluation/evaluateRows.js";
import { SMALL_GROUP } from "../evaluation/groups.js";
import type { Estimate } from "../statistics/interval.js";
import type { FittedLine } from "../statistics/leastSquares.js";
import { pictureName } from "./cases.js";
import { count, estimate, finely, number, shares, text } from "./columns.js";
import type { ReportTable } from "./table.js";

const INTERVALS = "In parentheses: 95 % interval.";

export const demographicsTable = ({ demographics }: EvaluationOfRows): ReportTable =>
  childrenTable(
    "demographics",
    "Who was evaluated. Ages are true bone ages in months; Q1 and Q3 are their quartiles.",
    demographics,
  );

export const partsTable = ({ partDemographics }: EvaluationOfRows): ReportTable | null =>
  partDemographics.length === 0
    ? null
    : childrenTable(
        "partitions",
        "Who is in each part of the split, with a true bone age, whether predicted or not.",
        partDemographics,
      );

function childrenTable(name: string, caption: string, groups: readonly Demographics[]): ReportTable {
  const hasPatients = groups.some(({ patients }) => patients !== null);
  return {
    ...{ name, caption },
    columns: [
      ...[text("Group"), count("Pictures")],
      ...(hasPatients ? [count("Patients")] : []),
      ...[count("Girls"), count("Boys"), number("Mean age"), number("SD"), number("Median")],
      ...[number("Q1"), number("Q3"), number("Youngest"), number("Oldest")],
    ],
    rows: groups.map(({ name, pictures, patients, girls, boys, quartiles, ...ages }) => [
      ...[name, pictures, ...(hasPatients ? [patients] : []), girls, boys, ages.meanAge, ages.sdAge],
      ...[quartiles[1], quartiles[0], quartiles[2], ages.youngest, ages.oldest],
    ]),
  };
}

export function metricsTable({ ages, resamples }: EvaluationOfRows): ReportTable {
  const months: [string, Estimate][] = [
    ["Mean absolute deviation (MAD), months", ages.mad],
    ["Median absolute error, months", ages.medianError],
    ["90th percentile of the absolute error, months", ages.p90],
    ["95th percentile of the absolute error, months", ages.p95],
    ["Root mean square error, months", ages.rmse],
    ["Mean error (predicted − true), months", ages.me],
    ["Pearson's r", finely(ages.pearson)],
    ["Lin's concordance coefficient", finely(ages.ccc)],
    ["R² (1 − SS of errors / SS of truth)", finely(ages.r2)],
    ["Calibration slope (truth over prediction)", finely(ages.calibrationSlope)],
  ];
  return {
    name: "metrics",
    caption: "Predicted against true bone age.",
    columns: [text("Metric"), estimate("Value")],
    rows: months.map(([name, value]) => [name, value]),
    note: `In parentheses: 95 % BCa bootstrap interval, ${resamples.toLocaleString("en-US")} resamples.`,
  };
}

export function withinTable({ ages }: EvaluationOfRows): ReportTable {
  return {
    name: "within",
    caption: "Share of pictures within so many months of the truth.",
    columns: [text("Absolute error"), shares("Share, %")],
    rows: [
      ["≤ 6 months", ages.within6],
      ["≤ 12 months", ages.within12],
      ["≤ 24 months", ages.within24],
    ],
    note: "In parentheses: 95 % interval of Wilson.",
  };
}

const asEstimate = ({ slope, slopeInterval }: FittedLine): Estimate => ({
  value: slope,
  interval: slopeInterval,
});
const ofIntercept = ({ intercept, interceptInterval }: FittedLine): Estimate => ({
  value: intercept,
  interval: interceptInterval,
});

export function agreementTable({
  blandAltman,
  passingBablok,
  calibration,
}: EvaluationOfRows): ReportTable | null {
  const rows: [string, Estimate & { digits?: number }][] = [];
  if (blandAltman !== null) {
    rows.push(["Bland-Altman bias (predicted − true), months", blandAltman.bias]);
    rows.push(["Lower 95 % limit of agreement, months", blandAltman.lower]);
    rows.push(["Upper 95 % limit of agreement, months", blandAltman.upper]);
    if (blandAltman.proportional !== null)
      rows.push([
        "Proportional bias: slope of the difference over the mean",
        finely(asEstimate(blandAltman.proportional)),
      ]);
  }
  if (passingBablok !== null) {
    rows.push(["Passing-Bablok slope (prediction over truth)", finely(passingBablok.slope)]);
    rows.push(["Passing-Bablok intercept, months", passingBablok.intercept]);
  }
  if (calibration !== null) {
    rows.push(["Calibration slope (truth over prediction, least squares)", finely(asEstimate(calibration))]);
    rows.push(["Calibration intercept, months", ofIntercept(calibration)]);
  }
  if (rows.length === 0) return null;
  const limits = blandAltman === null ? "" : ` Intervals of the limits are ${blandAltman.limitIntervals}.`;
  return {
    name: "agreement",
    caption: "Agreement of predicted and true bone age.",
    columns: [text("Measure"), estimate("Value")],
    rows,
    note: `${INTERVALS} Positive differences are overestimates; a positive proportional bias means that predictions spread more widely than the truth.${limits}`,
  };
}

export function sexTable({ sex }: EvaluationOfRows): ReportTable | null {
  if (sex === null) return null;
  return {
    name: "sex",
    caption: "Predicted sex; male is the positive class.",
    columns: [text("Metric"), estimate("Value", 3)],
    rows: [
      ["Accuracy", sex.accuracy],
      ["Area under the ROC curve", sex.areaUnderRoc],
      ["F1", sex.f1],
    ],
    note: "In parentheses: 95 % interval (Wilson, DeLong, BCa bootstrap). DeLong's takes pictures as independent.",
  };
}

export const GROUP_TITLES: Readonly<Record<string, string>> = { sex: "Sex", age: "True bone age" };

export function groupTables({ groupings }: EvaluationOfRows): ReportTable[] {
  return groupings.map(({ by, groups, omitted }, i) => {
    const marked = groups.some(({ isSmall }) => isSmall) ? ` * fewer than ${SMALL_GROUP} pictures.` : "";
    const more = omitted === 0 ? "" : ` ${omitted} smaller groups are left out.`;
    return {
      name: `by-${i < 2 ? by : `column-${i - 1}`}`,
      caption: `Errors by ${GROUP_TITLES[by]?.toLowerCase() ?? by}.`,
      columns: [
        text("Group"),
        count("Pictures"),
        estimate("MAD", 1),
        estimate("Median", 1),
        estimate("RMSE", 1),
        estimate("Mean error", 1),
        shares("≤ 12 months, %"),
      ],
      rows: groups.map(({ name, isSmall, pictures, mad, medianError, rmse, me, within12 }) => [
        ...[isSmall ? `${name} *` : name, pictures, mad, medianError, rmse, me, within12],
      ]),
      note: `Months. ${INTERVALS}${marked}${more}`,
    };
  });
}

export function variantsTable(
  { variants, ages }: EvaluationOfRows,
  { column, rows }: CohortToEvaluate,
): ReportTable | null {
  if (variants.length === 0) return null;
  return {
    name: "variants",
    caption: "MAD of each column of predicted ages in the CSV, months.",
    columns: [text("Column"), count("Pictures"), number("MAD", 3)],
    rows: [
      [`${column} (evaluated here)`, rows.length, ages.mad.value],
      ...variants.map(({ column, pictures, mad }) => [column, pictures, mad]),
    ],
  };
}

export function raterTables({ raters, ages }: EvaluationOfRows): ReportTable[] {
  if (raters === null) return [];
  const pairs: ReportTable = {
    name: "raters",
    caption: "Distances between raters, and of the model from each: MAD in months.",
    columns: [text("First"), text("Second"), count("Pictures"), number("MAD", 2)],
    rows: [
      ...[...raters.betweenRaters, ...raters.model].map(({ first, second, pictures, mad }) => [
        first,
        second,
        pictures,
        mad,
      ]),
      ["model", "truth", null, ages.mad.value],
      ["raters", "raters (mean)", null, raters.interRaterMad],
    ],
  };
  if (raters.icc === null) return [pairs];
  const { oneWay, agreement, consistency } = raters.icc;
  const icc: ReportTable = {
    name: "icc",
    caption: `Intraclass correlation of ${raters.names.length} raters over ${raters.completePictures} pictures that all have read.`,
    columns: [text("Form"), estimate("ICC", 3)],
    rows: [
      ["ICC(1,1), one-way", oneWay],
      ["ICC(2,1), absolute agreement", agreement],
      ["ICC(3,1), consistency", consistency],
    ],
    note: INTERVALS,
  };
  return [pairs, icc];
}

export function chronologicalTable({ chronological }: EvaluationOfRows): ReportTable | null {
  if (chronological === null) return null;
  const { pictures, predicted, scores } = chronological;
  const row = (name: string, n: number, { mean, sd }: { mean: number; sd: number }) => [name, n, mean, sd];
  return {
    name: "chronological",
    caption: "Bone age − chronological age.",
    columns: [text("Measure"), count("Pictures"), number("Mean", 2), number("SD", 2)],
    rows: [
      row("Predicted − chronological, months", pictures, predicted),
      row("True − chronological, months", pictures, chronological.true),
      ...(scores === null
        ? []
        : [
            row("Predicted, SDs of the reference", scores.pictures, scores.predicted),
            row("True, SDs of the reference", scores.pictures, scores.true),
            ["On another side of ±2 SDs than the truth", scores.reclassified, null, null],
          ]),
    ],
  };
}

export function casesTable(name: string, caption: string, rows: readonly EvaluatedRow[]): ReportTable {
  const hasQuality = rows.some(({ quality }) => quality !== "");
  return {
    name,
    caption,
    columns: [
      ...[text("Picture"), text("Sex"), number("True"), number("Predicted"), number("Error")],
      ...(hasQuality ? [text("Quality flags")] : []),
    ],
    rows: rows.map((row) => [
      ...[pictureName(row), row.sex ?? "", row.truthMonths, row.ageMonths],
      ...[row.ageMonths - row.truthMonths, ...(hasQuality ? [row.quality] : [])],
    ]),
    note: "Months.",
  };
}
