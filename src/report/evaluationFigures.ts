import type { CohortToEvaluate } from "../evaluation/evaluatedRow.js";
import type { EvaluationOfRows } from "../evaluation/evaluateRows.js";
import type { Grouping } from "../evaluation/groups.js";
import { GROUP_TITLES } from "./evaluationTables.js";
import { blandAltmanFigure } from "./figures/blandAltmanPlot.js";
import { errorHistogram } from "./figures/errorHistogram.js";
import { errorsByAge } from "./figures/errorsByAge.js";
import type { Figure } from "./figures/figure.js";
import { flowDiagram } from "./figures/flowDiagram.js";
import { type ForestRow, forestFigure } from "./figures/forest.js";
import { scatterFigure } from "./figures/scatter.js";

/** The figures of an evaluation that need no model and no run. */
export function evaluationFigures({
  cohort: { rows, flow },
  evaluation,
  bandMonths,
}: {
  cohort: CohortToEvaluate;
  evaluation: EvaluationOfRows;
  bandMonths: number;
}): Figure[] {
  const errors = rows.map((row) => row.ageMonths - row.truthMonths);
  return [
    flowDiagram(flow),
    scatterFigure(rows, evaluation.passingBablok),
    ...(evaluation.blandAltman === null ? [] : [blandAltmanFigure(rows, evaluation.blandAltman)]),
    errorsByAge(rows, bandMonths),
    errorHistogram(errors, evaluation.ages.me.value),
    forestFigure({
      name: "forest",
      title: "MAD of subgroups",
      description:
        "MAD of subgroups in months with 95 % intervals; the dashed line is that of all pictures. Hollow: fewer than 30 pictures.",
      axisTitle: "MAD (months)",
      rows: [allRow(evaluation, rows.length), ...evaluation.groupings.flatMap(forestRows)],
      reference: evaluation.ages.mad.value,
    }),
  ];
}

const pictures = (count: number) => `n = ${count.toLocaleString("en-US")}`;

const allRow = ({ ages }: EvaluationOfRows, count: number): ForestRow => ({
  label: "All",
  estimate: ages.mad,
  detail: pictures(count),
  isWeak: false,
});

function forestRows({ by, groups }: Grouping): ForestRow[] {
  const heading = { label: GROUP_TITLES[by] ?? by, estimate: null, detail: "", isWeak: false };
  const rows = groups.map((group) => ({
    label: group.name,
    estimate: group.mad,
    detail: pictures(group.pictures),
    isWeak: group.isSmall,
  }));
  return [heading, ...rows];
}
