/** The report of an evaluation. */
import { DISCLAIMER } from "../about.js";
import type { CohortToEvaluate, EvaluatedRow } from "../evaluation/evaluatedRow.js";
import type { EvaluationOfRows } from "../evaluation/evaluateRows.js";
import type { Robustness } from "../evaluation/robustness.js";
import type { Estimate } from "../statistics/interval.js";
import { type Cases, gallery, type Thumbnail } from "./cases.js";
import { CHECKLIST_LEAD, checklistTable } from "./claim.js";
import type { ComparisonOfFiles } from "./compareFiles.js";
import { ENSEMBLE } from "./comparisonOf.js";
import { comparisonParts } from "./comparisonReport.js";
import { evaluationFigures } from "./evaluationFigures.js";
import * as tables from "./evaluationTables.js";
import { type LearningCurves, learningCurves } from "./figures/learningCurves.js";
import { intervalsOfPictures, intervalTables } from "./intervalTables.js";
import { element, escaped } from "./markup.js";
import { facts, figureHtml, pageHtml, paragraph, section, type Tile, tableHtml } from "./page/parts.js";
import { provenanceFacts, type ReportProvenance } from "./provenance.js";
import type { Report } from "./reportFiles.js";
import { robustnessFigure, robustnessTable } from "./robustness.js";
import { estimateText, numberText, percentText, type ReportTable } from "./table.js";

export interface EvaluationToReport {
  title: string;
  cohort: CohortToEvaluate;
  evaluation: EvaluationOfRows;
  comparison: ComparisonOfFiles | null;
  provenance: ReportProvenance;
  bandMonths: number;
  hasPart: boolean;
  /** The curves of a training run; null for none. */
  learning: LearningCurves | null;
  /** How far ages move when pictures are changed; null where that was not tested. */
  robustness: Robustness | null;
  cases: Cases;
  /** Of the cases; empty where there is no model to draw them. */
  thumbnails: ReadonlyMap<EvaluatedRow, Thumbnail>;
}

const MOST_FAILURES = 50;
const CASES_LEAD =
  "Left a picture as the network saw it, right the same with the places that its age comes from (Grad-CAM; brighter: more).";

export function evaluationReport(given: EvaluationToReport): Report {
  const { title, cohort, evaluation, comparison, provenance, robustness, cases, thumbnails } = given;
  const { rows, flow } = cohort;
  const compared = comparison === null ? null : comparisonParts(comparison);
  const curves = given.learning === null ? null : learningCurves(given.learning);
  const stress = robustness === null ? null : robustnessFigure(robustness);
  const figures = [
    ...evaluationFigures(given),
    ...(compared?.figures ?? []),
    ...[curves, stress].filter((figure) => figure !== null),
  ];
  const named = (name: string) => figures.find((figure) => figure.name === name)!;
  const all = [...tablesOf(given), ...(compared?.tables ?? []), checklistTable(given)];
  const table = (name: string) => {
    const found = all.find((one) => one.name === name);
    return found === undefined ? null : tableHtml(found);
  };
  const agreement = evaluation.blandAltman === null ? null : figureHtml(named("bland-altman"));
  const groupTables = all.filter(({ name }) => name.startsWith("by-"));
  const sections = [
    section(
      "flow",
      "Flow of pictures",
      figureHtml(named("flow"), { caption: false }),
      notesOf(cohort),
      table("failures"),
    ),
    section("demographics", "Demographics", table("demographics"), table("partitions")),
    section("metrics", "Accuracy", table("metrics"), table("within"), table("variants")),
    section("scatter-section", "Predicted and true bone age", figureHtml(named("scatter"))),
    section("agreement", "Agreement", agreement, table("agreement")),
    section("errors", "Errors", figureHtml(named("errors-by-age")), figureHtml(named("histogram"))),
    section("groups", "Subgroups", figureHtml(named("forest")), ...groupTables.map(tableHtml)),
    section("sex", "Predicted sex", table("sex")),
    section("raters", "Human yardstick", table("raters"), table("icc")),
    section("chronological", "Chronological age", table("chronological")),
    section("intervals", "Prediction intervals", table("interval-widths"), table("interval-coverage")),
    section(
      "comparison",
      "Comparison",
      ...(comparison === null || compared === null
        ? []
        : [
            paragraph(comparisonLead(comparison)),
            ...[...compared.models, ...compared.differences, ...compared.ensemble],
          ]),
    ),
    section("robustness", "Robustness", stress === null ? null : figureHtml(stress), table("robustness")),
    section("learning", "Learning curves", curves === null ? null : figureHtml(curves)),
    section("precision", "Precision and sample size", precisionText(evaluation, rows.length)),
    section(
      "cases",
      "Pictures to look at",
      thumbnails.size === 0 ? null : paragraph(CASES_LEAD, "note"),
      ...[gallery(cases.worst, thumbnails), table("worst")],
      ...[gallery(cases.random, thumbnails), table("random")],
    ),
    section("omissions", "What this report cannot state", omissionList(evaluation)),
    section(
      "reproduction",
      "Reproduction",
      element("pre", {}, escaped(provenance.call)),
      facts(provenanceFacts(provenance)),
    ),
    section("checklist", "Reporting checklist", paragraph(CHECKLIST_LEAD, "note"), table("checklist")),
  ];
  return {
    html: pageHtml({
      title,
      lead: `${flow.evaluated.toLocaleString("en-US")} of ${flow.rows.toLocaleString("en-US")} pictures evaluated, from the column ${cohort.column}. Ages and errors in months; an error is predicted − true.`,
      tiles: tilesOf(evaluation, rows.length),
      sections,
      footer: DISCLAIMER,
    }),
    metrics: {
      title,
      flow,
      column: cohort.column,
      ...evaluation,
      comparison,
      robustness,
      failures: cohort.failures,
      provenance,
    },
    tables: all,
    pictures: intervalsOfPictures(evaluation, rows),
    figures,
  };
}

const detail = ({ interval }: Estimate, digits: number, scale = 1) =>
  interval === null
    ? "no interval"
    : `95 % interval ${numberText(interval.lower * scale, digits)} to ${numberText(interval.upper * scale, digits)}`;

function tilesOf({ ages, blandAltman }: EvaluationOfRows, pictures: number): Tile[] {
  return [
    {
      name: "Mean absolute deviation",
      value: `${numberText(ages.mad.value)} months`,
      detail: detail(ages.mad, 2),
    },
    {
      name: "Within 12 months",
      value: percentText(ages.within12.value),
      detail: detail(ages.within12, 1, 100),
    },
    { name: "Bias", value: `${numberText(ages.me.value)} months`, detail: detail(ages.me, 2) },
    blandAltman === null
      ? { name: "Pictures", value: pictures.toLocaleString("en-US"), detail: "" }
      : {
          name: "Limits of agreement",
          value: `${numberText(blandAltman.lower.value, 1)} to ${numberText(blandAltman.upper.value, 1)}`,
          detail: `months, ${pictures.toLocaleString("en-US")} pictures`,
        },
  ];
}

function comparisonLead({ models, pictures }: ComparisonOfFiles): string {
  const lead = `On the ${pictures.toLocaleString("en-US")} pictures that all have.`;
  if (models[0]!.name !== ENSEMBLE) return lead;
  return `${lead} The ensemble is the mean of its members, without a bias correction that was fitted to it.`;
}

function tablesOf({ cohort, evaluation, robustness, cases }: EvaluationToReport): ReportTable[] {
  const { worst, random } = cases;
  const maybe = [
    failuresTable(cohort),
    tables.demographicsTable(evaluation),
    tables.partsTable(evaluation),
    tables.metricsTable(evaluation),
    tables.withinTable(evaluation),
    tables.variantsTable(evaluation, cohort),
    tables.agreementTable(evaluation),
    ...tables.groupTables(evaluation),
    tables.sexTable(evaluation),
    ...tables.raterTables(evaluation),
    tables.chronologicalTable(evaluation),
    ...intervalTables(evaluation),
    robustness === null ? null : robustnessTable(robustness),
    tables.casesTable("worst", `The ${worst.length} largest errors.`, worst),
    random.length === 0 ? null : tables.casesTable("random", `${random.length} pictures at random.`, random),
  ];
  return maybe.filter((table) => table !== null);
}

function failuresTable({ failures }: CohortToEvaluate): ReportTable | null {
  if (failures.length === 0) return null;
  const shown = failures.slice(0, MOST_FAILURES);
  return {
    name: "failures",
    caption:
      shown.length === failures.length
        ? "Pictures without prediction."
        : `The first ${shown.length} of ${failures.length} pictures without prediction.`,
    columns: [
      { title: "Picture", kind: "text" },
      { title: "Reason", kind: "text" },
    ],
    rows: shown.map(({ name, why }) => [name, why]),
  };
}

function notesOf({ notes }: CohortToEvaluate): string | null {
  if (notes.length === 0) return null;
  return element("ul", { class: "plain" }, ...notes.map((note) => element("li", {}, escaped(note))));
}

function precisionText({ precision, ages }: EvaluationOfRows, count: number): string | null {
  if (precision === null) return null;
  const { halfWidth, target, count: needed } = precision;
  return paragraph(
    `With ${count.toLocaleString("en-US")} pictures the MAD of ${estimateText({ ...ages.mad, interval: null })} months is known to about ±${numberText(halfWidth)} months (95 % interval, pictures taken as independent). For ±${numberText(target, 1)} months it takes about ${needed.toLocaleString("en-US")} pictures with errors that spread as these do.`,
  );
}

function omissionList({ omissions }: EvaluationOfRows): string | null {
  if (omissions.length === 0) return null;
  const items = omissions.map(({ what, why }) => element("li", {}, escaped(`${what}: ${why}.`)));
  return element("ul", { class: "plain" }, ...items);
}
