/**
 * The items of CLAIM 2024 (44) in their order, and those of STARD-AI that it lacks. The topics are our words; the numbers are those of the
 * published tables.
 */

export interface ChecklistItem {
  topic: string;
  /** Number in CLAIM 2024; empty for an item of STARD-AI alone. */
  claim: string;
  /** Numbers in STARD-AI that ask for the same; empty for none. */
  stard: string;
  /** The section of the report that has it; null where authors must write it. */
  section: string | null;
  note: string;
}

/** What a report has, beside what every report has. */
export interface ChecklistFacts {
  raters: boolean;
  patients: boolean;
  /** One part of a split was evaluated. */
  part: boolean;
  /** The demographics of several parts are known. */
  parts: boolean;
  /** Models were compared, and means of them. */
  members: boolean;
  robustness: boolean;
  saliency: boolean;
}

const byHand = (claim: string, stard: string, topic: string, note = ""): ChecklistItem => ({
  ...{ topic, claim, stard, section: null, note },
});
const here = (claim: string, stard: string, topic: string, section: string, note: string): ChecklistItem => ({
  ...{ topic, claim, stard, section, note },
});

export const checklistItems = (has: ChecklistFacts): ChecklistItem[] => [
  ...introduction(),
  ...data(has),
  ...modelAndTraining(has),
  ...evaluation(has),
  ...results(has),
  ...discussion(),
];

const introduction = (): ChecklistItem[] => [
  byHand("1", "1", "AI named in the title or abstract"),
  byHand("2", "2", "Structured abstract"),
  byHand("3", "3", "Background, intended use and clinical role"),
  byHand("4", "4", "Aims and hypotheses"),
  byHand("5", "5", "Prospective or retrospective"),
  byHand("6", "", "Study goal", "to make a model, to validate one, or to compare some"),
  byHand("", "6", "Approval of an ethics committee"),
];

const data = (has: ChecklistFacts): ChecklistItem[] => [
  byHand("7", "9, 11", "Data sources, sites, dates"),
  byHand("8", "7", "Inclusion and exclusion criteria", "the counts by reason are in “Flow of pictures”"),
  byHand("9", "14", "Preprocessing", "“inspect” prints what the model does to a picture"),
  byHand("10", "8, 10", "Selection of data subsets"),
  byHand("11", "", "De-identification", "how, and by whom"),
  here(
    "12",
    "20",
    "Missing data",
    "Flow of pictures",
    "rows without truth and without prediction, by reason",
  ),
  byHand("13", "13, 14", "Image acquisition"),
  byHand("14", "16a", "Reference standard", "atlas or method"),
  byHand("15", "16b", "Rationale for the reference standard"),
  byHand("16", "12", "Who read the bone ages", "expertise and training of the readers"),
  byHand("17", "12", "Reading of the test set"),
  has.raters
    ? here("18", "", "Variability of the readers", "Human yardstick", "MAD between raters and ICC")
    : byHand("18", "", "Variability of the readers", "with columns rater_* it is filled here"),
  byHand("19", "15b", "Assignment to partitions", "“cohort split” keeps patients together"),
  has.patients
    ? byHand("20", "", "Level at which partitions are disjoint", "“cohort check” finds patients in several")
    : byHand("20", "", "Level at which partitions are disjoint", "with patient_ID, “cohort check” tests it"),
  here(
    "21",
    "22",
    "Sample size",
    "Precision and sample size",
    "what the interval is at this size, and what it takes",
  ),
  byHand("", "17a, 17b", "What the readers and the model knew of each other"),
];

const modelAndTraining = (has: ChecklistFacts): ChecklistItem[] => [
  byHand("22", "15a", "Model, its inputs and outputs", "“inspect” prints them"),
  here("23", "13", "Software", "Reproduction", "version, platform, digests of the inputs"),
  byHand("24", "", "Initialisation of the weights", "config.yaml of the run"),
  byHand("25", "15b", "Training", "config.yaml of the run has every setting"),
  byHand("26", "", "Selection of the final model"),
  has.members
    ? here("27", "", "Ensembling", "Comparison", "errors of the members, and the best mean of them")
    : byHand("27", "", "Ensembling"),
];

const evaluation = (has: ChecklistFacts): ChecklistItem[] => [
  here("28", "18", "Metrics", "Accuracy", "MAD, percentiles, correlation, shares within 6, 12 and 24 months"),
  here(
    "29",
    "18",
    "Uncertainty and significance",
    "Accuracy",
    "the kind of each interval is below its table",
  ),
  has.robustness
    ? here(
        "30",
        "21",
        "Robustness",
        "Robustness",
        "change of MAD and moved ages for each change of the pictures",
      )
    : byHand("30", "21", "Robustness", "with a model and the option “robustness” it is filled here"),
  has.saliency
    ? here(
        "31",
        "",
        "Explainability",
        "Pictures to look at",
        "where the ages come from; say how it was judged",
      )
    : byHand("31", "", "Explainability", "“predict” with “saliency” draws where each age comes from"),
  has.part
    ? here(
        "32",
        "15b",
        "Testing on internal data",
        "Reproduction",
        "split file and part; say where they come from",
      )
    : byHand("32", "15b", "Testing on internal data", "with a split the evaluated part is stated here"),
  byHand("33", "29", "Testing on external data", "and how they differ from the training data"),
  byHand("34", "36", "Registration of a trial"),
  here("", "23", "Bias and fairness", "Subgroups", "by sex, age and the columns of the option “by”"),
];

const results = (has: ChecklistFacts): ChecklistItem[] => [
  here("35", "24", "Pictures included and excluded", "Flow of pictures", "counts by reason"),
  has.parts
    ? here(
        "36",
        "25",
        "Demographics of each partition",
        "Demographics",
        "bone age and sex; add what else counts",
      )
    : byHand(
        "36",
        "25",
        "Demographics of each partition",
        "with a split they are here; now of what was evaluated",
      ),
  here("37", "31", "Performance and its uncertainty", "Accuracy", "all pictures; “Subgroups” has groups"),
  here(
    "38",
    "30, 31",
    "Estimates and their precision",
    "Agreement",
    "limits of agreement, and all pictures as a plot",
  ),
  here(
    "39",
    "23",
    "Failure analysis",
    "Pictures to look at",
    "largest errors and failed rows; say what causes them",
  ),
  byHand("", "28", "Whether the pictures are those of the intended use"),
];

const discussion = (): ChecklistItem[] => [
  byHand("40", "33", "Limitations"),
  byHand("41", "34", "Implications for practice"),
  byHand("", "35", "Ethics and fairness of the use"),
  byHand("42", "37", "Protocol or further technical details"),
  byHand("43", "40a", "Availability of software, model and data", "name the version in “Reproduction”"),
  byHand("44", "38, 39", "Funding and commercial interests"),
  here(
    "",
    "40b",
    "Outputs that can be audited",
    "Reproduction",
    "digests of the predictions and of the model",
  ),
];
