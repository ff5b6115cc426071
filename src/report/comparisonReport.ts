/** The report of a comparison. */
import { DISCLAIMER } from "../about.js";
import type { Comparison } from "../evaluation/compareRows.js";
import type { ComparisonOfFiles } from "./compareFiles.js";
import type { Figure } from "./figures/figure.js";
import { forestFigure } from "./figures/forest.js";
import { element, escaped } from "./markup.js";
import { facts, figureHtml, pageHtml, paragraph, section, tableHtml } from "./page/parts.js";
import { provenanceFacts, type ReportProvenance } from "./provenance.js";
import type { Report } from "./reportFiles.js";
import { estimateText, numberText, percentText, type ReportTable } from "./table.js";

export interface ComparisonToReport {
  title: string;
  comparison: ComparisonOfFiles;
  provenance: ReportProvenance;
}

export function comparisonReport({ title, comparison, provenance }: ComparisonToReport): Report {
  const { models, pictures, evaluated } = comparison;
  const parts = comparisonParts(comparison);
  const best = [...models].sort((a, b) => a.ages.mad.value - b.ages.mad.value)[0]!;
  const counts = evaluated.map(({ name, pictures: own }) => `${name}: ${own.toLocaleString("en-US")}`);
  const sections = [
    section(
      "models",
      "Models",
      paragraph(
        `Pictures with truth and prediction in each CSV: ${counts.join("; ")}. All that follows is about the ${pictures.toLocaleString("en-US")} that all have.`,
      ),
      ...parts.models,
    ),
    section("differences", "Differences", ...parts.differences),
    section("ensemble", "As an ensemble", ...parts.ensemble),
    section(
      "reproduction",
      "Reproduction",
      element("pre", {}, escaped(provenance.call)),
      facts(provenanceFacts(provenance)),
    ),
  ];
  return {
    html: pageHtml({
      title,
      lead: `${models.length} prediction files on the same ${pictures.toLocaleString("en-US")} pictures. Ages and errors in months.`,
      tiles: [
        { name: "Smallest MAD", value: `${numberText(best.ages.mad.value)} months`, detail: best.name },
        { name: "Within 12 months", value: percentText(best.ages.within12.value), detail: best.name },
        { name: "Pictures", value: pictures.toLocaleString("en-US"), detail: "in all files" },
      ],
      sections,
      footer: DISCLAIMER,
    }),
    metrics: { title, ...comparison, provenance },
    tables: parts.tables,
    pictures: null,
    figures: parts.figures,
  };
}

/** What a page shows of a comparison, as HTML, and the same as tables and figures. */
export function comparisonParts(comparison: Comparison) {
  const { bestSubset } = comparison;
  const tables = tablesOf(comparison);
  const figures = figuresOf(comparison);
  const [metrics, pairs, correlations] = tables.map(tableHtml) as [string, string, string];
  const [ofModels, ofPairs] = figures.map((figure) => figureHtml(figure)) as [string, string];
  return {
    ...{ tables, figures },
    models: [ofModels, metrics],
    differences: [paragraph(verdicts(comparison)), ofPairs, pairs],
    ensemble: [correlations, bestSubset === null ? null : paragraph(subsetText(bestSubset))],
  };
}

/** Returns what is shown, and what is not. */
function verdicts({ pairs }: Comparison): string {
  return pairs
    .map(({ first, second, mad, isShown }) => {
      if (!isShown)
        return `No difference shown between ${first} and ${second}: ${mad.interval === null ? "it has no interval" : "the interval of the difference holds 0"}.`;
      const [better, worse] = mad.value < 0 ? [first, second] : [second, first];
      return `${better} has a smaller MAD than ${worse}: by ${numberText(Math.abs(mad.value))} months, and the interval leaves out 0.`;
    })
    .join(" ");
}

const subsetText = ({ names, mad, chosenOn }: NonNullable<Comparison["bestSubset"]>) =>
  chosenOn !== null
    ? `Of all subsets, the mean of ${names.join(", ")} is best on the pictures of ${chosenOn}; on these pictures its MAD is ${numberText(mad)} months.`
    : names.length === 1
      ? `No mean of several is better than ${names[0]} alone (MAD ${numberText(mad)} months), on these pictures.`
      : `The best mean of all subsets is that of ${names.join(", ")}: MAD ${numberText(mad)} months. It was chosen on these pictures; confirm it on others.`;

function tablesOf({ models, pairs, errorCorrelations }: Comparison): ReportTable[] {
  return [
    {
      name: "models",
      caption: "Each model on the common pictures, months.",
      columns: [
        { title: "Model", kind: "text" },
        { title: "MAD", kind: "estimate" },
        { title: "Median", kind: "estimate" },
        { title: "RMSE", kind: "estimate" },
        { title: "Mean error", kind: "estimate" },
        { title: "≤ 12 months, %", kind: "shareEstimate" },
      ],
      rows: models.map(({ name, ages }) => [
        name,
        ages.mad,
        ages.medianError,
        ages.rmse,
        ages.me,
        ages.within12,
      ]),
      note: "In parentheses: 95 % interval (BCa bootstrap; Wilson's for the share).",
    },
    {
      name: "differences",
      caption: "Differences of MAD, first − second, on the same pictures, months.",
      columns: [
        { title: "First", kind: "text" },
        { title: "Second", kind: "text" },
        { title: "Difference of MAD", kind: "estimate" },
        { title: "Wilcoxon p", kind: "p" },
        { title: "Verdict", kind: "text" },
      ],
      rows: pairs.map(({ first, second, mad, wilcoxon, isShown }) => [
        ...[first, second, mad, wilcoxon?.p ?? null],
        isShown ? `${mad.value < 0 ? first : second} is better` : "no difference shown",
      ]),
      note: "Below 0 the first is better. Interval: 95 % BCa bootstrap of the paired difference. Wilcoxon's signed-rank test is two-sided, on the absolute errors; p is not adjusted for several comparisons.",
    },
    {
      name: "correlations",
      caption: "Pearson's correlation of errors: the lower, the more an ensemble gains.",
      columns: [
        { title: "Model", kind: "text" },
        ...models.map(({ name }) => ({ title: name, kind: "number" as const, digits: 3 })),
      ],
      rows: models.map(({ name }, i) => [name, ...errorCorrelations[i]!]),
    },
  ];
}

function figuresOf({ models, pairs }: Comparison): Figure[] {
  const best = models.reduce((least, { ages }) => Math.min(least, ages.mad.value), Number.POSITIVE_INFINITY);
  return [
    forestFigure({
      name: "models",
      title: "MAD of each model",
      description: "MAD in months with 95 % intervals; the dashed line is the smallest.",
      axisTitle: "MAD (months)",
      rows: models.map(({ name, ages }) => ({ label: name, estimate: ages.mad, detail: "", isWeak: false })),
      reference: best,
    }),
    forestFigure({
      name: "differences",
      title: "Differences of MAD",
      description: `Differences of MAD with 95 % intervals. ${pairs.map(({ first, second, mad }) => `${first} − ${second}: ${estimateText(mad)}`).join("; ")}. Hollow: no difference shown.`,
      axisTitle: "Difference of MAD, first − second (months)",
      rows: pairs.map(({ first, second, mad, isShown }) => ({
        ...{ label: `${first} − ${second}`, estimate: mad, detail: "", isWeak: !isShown },
      })),
      reference: 0,
    }),
  ];
}
