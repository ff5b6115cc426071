/** The findings of a check of a cohort, by kind. */

/** Kinds of findings in the order of the output, each with its heading for one and for several. */
export const FINDING_KINDS = {
  "column-missing": ["column is missing", "columns are missing"],
  "bad-row": ["row that cannot be used", "rows that cannot be used"],
  "sex-unknown": ["row without a sex that is M or F", "rows without a sex that is M or F"],
  "age-unread": [
    "bone age is not a number: train leaves this row out",
    "bone ages are not numbers: train leaves these rows out",
  ],
  "age-missing": [
    "row without a bone age: train leaves it out",
    "rows without a bone age: train leaves them out",
  ],
  "picture-missing": ["picture is missing", "pictures are missing"],
  "picture-unreadable": ["picture cannot be read", "pictures cannot be read"],
  "picture-blank": ["picture has only one grey value", "pictures have only one grey value"],
  "mask-missing": ["picture has no mask", "pictures have no mask"],
  "mask-unreadable": ["mask cannot be read", "masks cannot be read"],
  "mask-empty": ["mask is all black", "masks are all black"],
  "mask-size": ["mask has another size than its picture", "masks have another size than their pictures"],
  "row-twice": [
    "row names a picture that an earlier row names",
    "rows name a picture that an earlier row names",
  ],
  "row-differs": [
    "row contradicts an earlier row about the same picture",
    "rows contradict an earlier row about the same picture",
  ],
  "same-content": ["picture has the same content as another", "pictures have the same content as another"],
  "age-implausible": ["bone age is below 0 or above 20 years", "bone ages are below 0 or above 20 years"],
  "age-unit": [
    "sign that the bone ages are years, not months",
    "signs that the bone ages are years, not months",
  ],
  "sex-differs": ["patient has two sexes", "patients have two sexes"],
  "no-split": ["row is in no split", "rows are in no split"],
  "split-overlap": ["patient is in two splits", "patients are in two splits"],
} as const;
/** The kind of a finding. */
export type FindingKind = keyof typeof FINDING_KINDS;

/** One finding. */
export interface Finding {
  /** What was found. */
  kind: FindingKind;
  /** Data row of the annotations, from 1; null for a finding about the file or a patient. */
  row: number | null;
  /** The picture, mask or patient, and details. */
  what: string;
}

export class Findings {
  private readonly byKind = new Map<FindingKind, Finding[]>();

  add(kind: FindingKind, row: number | null, what: string): void {
    const others = this.byKind.get(kind);
    if (others === undefined) this.byKind.set(kind, [{ kind, row, what }]);
    else others.push({ kind, row, what });
  }

  get all(): Finding[] {
    return (Object.keys(FINDING_KINDS) as FindingKind[]).flatMap((kind) => this.byKind.get(kind) ?? []);
  }
}
