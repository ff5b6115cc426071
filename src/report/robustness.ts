/** The table and the figure of a test of robustness. */
import type { Robustness } from "../evaluation/robustness.js";
import { count, estimate, number, shares, text } from "./columns.js";
import type { Figure } from "./figures/figure.js";
import { forestFigure } from "./figures/forest.js";
import { percentText, type ReportTable } from "./table.js";

export function robustnessTable({ mad, thresholdMonths, changes }: Robustness): ReportTable {
  return {
    name: "robustness",
    caption: `Each picture predicted again after a change that changes no child. As they are, these pictures have a MAD of ${mad.toFixed(2)} months.`,
    columns: [
      text("Change"),
      count("Pictures"),
      number("MAD", 2),
      estimate("Change of MAD"),
      number("Mean move", 2),
      shares(`Moved by more than ${thresholdMonths} months, %`),
    ],
    rows: changes.map(({ change, pictures, mad, difference, moved, significant }) => [
      ...[change, pictures, mad, difference.mad, moved, significant],
    ]),
    note:
      `Months, one plain view a picture. In parentheses: 95 % interval, of the change of MAD by a paired BCa bootstrap, of shares by Wilson. ` +
      `Darker and brighter by a share of the range of grey. The threshold of ${thresholdMonths} months is a choice of this report: none is agreed on.`,
  };
}

export function robustnessFigure({ changes, thresholdMonths }: Robustness): Figure {
  return forestFigure({
    name: "robustness",
    title: "Change of MAD with changed pictures",
    description: `MAD of changed pictures minus MAD of the same pictures as they are, months, with 95 % intervals; right of the dashed line the change does harm. Beside it the share of pictures whose age moves by more than ${thresholdMonths} months.`,
    axisTitle: "Change of MAD (months)",
    rows: changes.map(({ change, difference, significant }) => ({
      label: change,
      estimate: difference.mad,
      detail: percentText(significant.value),
      isWeak: false,
    })),
    reference: 0,
  });
}
