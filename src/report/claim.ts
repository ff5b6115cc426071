/** What the checklists for studies of AI in medical imaging ask for, and whether a report fills it. */
import type { CohortToEvaluate } from "../evaluation/evaluatedRow.js";
import type { EvaluationOfRows } from "../evaluation/evaluateRows.js";
import type { Robustness } from "../evaluation/robustness.js";
import { type ChecklistFacts, checklistItems } from "./claimItems.js";
import { text } from "./columns.js";
import type { ComparisonOfFiles } from "./compareFiles.js";
import type { ReportTable } from "./table.js";

export const CHECKLIST_LEAD =
  "The items of CLAIM 2024 (Tejani et al., doi:10.1148/ryai.240300) in short words, with those of STARD-AI (Sounderajah et al., doi:10.1038/s41591-025-03953-8) that ask for the same. A program fills some of them; the others are for the authors. The full texts are in the checklists.";

export interface ChecklistSources {
  cohort: CohortToEvaluate;
  evaluation: EvaluationOfRows;
  comparison: ComparisonOfFiles | null;
  hasPart: boolean;
  robustness: Robustness | null;
  /** Pictures with the places that their ages come from. */
  thumbnails: ReadonlyMap<unknown, unknown>;
}

export function checklistTable(sources: ChecklistSources): ReportTable {
  return {
    name: "checklist",
    caption: "Here: this report fills it. By hand: the authors do.",
    columns: [text("Item"), text("CLAIM"), text("STARD-AI"), text("Filled"), text("What and where")],
    rows: checklistItems(factsOf(sources)).map(({ topic, claim, stard, section, note }) => [
      ...[topic, claim, stard, section === null ? "by hand" : "here", note],
    ]),
  };
}

function factsOf({
  cohort,
  evaluation,
  comparison,
  hasPart,
  robustness,
  thumbnails,
}: ChecklistSources): ChecklistFacts {
  return {
    raters: evaluation.raters !== null,
    patients: cohort.hasPatients,
    part: hasPart,
    parts: evaluation.partDemographics.length > 1,
    members: comparison !== null && comparison.bestSubset !== null,
    robustness: robustness !== null,
    saliency: thumbnails.size > 0,
  };
}
