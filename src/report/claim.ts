/** What the checklists for studies of AI in medical imaging (CLAIM 2024, STARD-AI) ask for, and whether a report fills it. */
import type { CohortToEvaluate } from "../evaluation/evaluatedRow.js";
import type { EvaluationOfRows } from "../evaluation/evaluateRows.js";
import type { Robustness } from "../evaluation/robustness.js";
import { text } from "./columns.js";
import type { ReportTable } from "./table.js";

/** The topics are named; their numbers are left to the checklists, which are the authority. */
export const CHECKLIST_LEAD =
  "Topics of CLAIM 2024 and STARD-AI. A report of a program fills some of them; the others are for the authors. The checklists themselves have the items' numbers and full texts.";

interface ChecklistItem {
  topic: string;
  /** The section of the report that has it; null where authors must write it. */
  section: string | null;
  note: string;
}

function checklist(has: {
  raters: boolean;
  patients: boolean;
  sex: boolean;
  part: boolean;
  robustness: boolean;
}): ChecklistItem[] {
  const byHand = (topic: string, note: string): ChecklistItem => ({ topic, section: null, note });
  const here = (topic: string, section: string, note: string): ChecklistItem => ({ topic, section, note });
  return [
    byHand("Study design and goal", "prospective or retrospective; the intended use"),
    byHand(
      "Data sources, dates, sites",
      "where the pictures come from, and the approval of an ethics committee",
    ),
    here("Eligibility, exclusions and their reasons", "flow", "counts by reason; say who decided on them"),
    byHand("De-identification", "how, and by whom"),
    here("Missing data", "flow", "rows without truth and without prediction, by reason"),
    byHand("Reference standard and its rationale", "atlas or method, and the expertise of the readers"),
    has.raters
      ? here("Inter-rater variability", "raters", "MAD between raters and ICC")
      : byHand("Inter-rater variability", "add rater_* columns to the annotations, and it is filled here"),
    here("Sample size and its justification", "precision", "width of the interval at this size"),
    has.patients
      ? here("Level at which data are independent", "reproduction", "intervals draw patients, not pictures")
      : byHand("Level at which data are independent", "add patient_ID, so that intervals draw patients"),
    has.part
      ? here("Partition that was evaluated", "reproduction", "split file and part")
      : byHand("Partition that was evaluated", "how it was kept apart from training and tuning"),
    byHand("Model, training and selection", "the run folder's config.yaml has every setting"),
    here("Software and versions", "reproduction", "version, platform, digests of the inputs"),
    here(
      "Metrics with intervals",
      "metrics",
      "MAD, percentiles, agreement, shares within 6, 12 and 24 months",
    ),
    here(
      "Demographics of the evaluated pictures",
      "demographics",
      "bone age and sex; the option `by` adds ethnicity and disease",
    ),
    here("Performance in subgroups", "groups", "by sex, age and the columns of the option `by`"),
    has.sex
      ? here("Accuracy of the predicted sex", "sex", "accuracy, AUROC, F1")
      : byHand("Accuracy of the predicted sex", "the predictions have none"),
    here("Failure analysis", "cases", "the largest errors and the failed rows; say what causes them"),
    has.robustness
      ? here("Robustness", "robustness", "change of MAD and moved ages for each change of the pictures")
      : byHand("Robustness", "with a model and the option `robustness` it is filled here"),
    byHand("Explainability", "`predict --saliency` writes where each age comes from"),
    byHand("External testing, limitations, availability, funding", ""),
  ];
}

export function checklistTable({
  cohort,
  evaluation,
  hasPart,
  robustness,
}: {
  cohort: CohortToEvaluate;
  evaluation: EvaluationOfRows;
  hasPart: boolean;
  robustness: Robustness | null;
}): ReportTable {
  const items = checklist({
    raters: evaluation.raters !== null,
    patients: cohort.hasPatients,
    sex: evaluation.sex !== null,
    part: hasPart,
    robustness: robustness !== null,
  });
  return {
    name: "checklist",
    caption: "What this report fills.",
    columns: [text("Topic"), text("State"), text("What and where")],
    rows: items.map(({ topic, section, note }) => [
      ...[topic, section === null ? "to be filled by hand" : "filled here", note],
    ]),
  };
}
