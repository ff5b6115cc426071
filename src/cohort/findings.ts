/** What a check finds wrong with a cohort, by kind. */

/** Kinds of findings, in the order of a report, each with what it is called there. */
export const FINDING_KINDS = {
  "column-missing": "columns are missing",
  "bad-row": "rows that cannot be used",
  "sex-unknown": "rows without a sex that is M or F",
  "age-unread": "bone ages are no numbers: train leaves these rows out",
  "age-missing": "rows without a bone age: train leaves them out",
  "picture-missing": "pictures are missing",
  "picture-unreadable": "pictures cannot be read",
  "picture-blank": "pictures have one grey value throughout",
  "mask-missing": "pictures have no mask",
  "mask-unreadable": "masks cannot be read",
  "mask-empty": "masks are all black",
  "mask-size": "masks are not as large as their pictures",
  "row-twice": "rows name a picture that an earlier row names",
  "row-differs": "rows say otherwise of a picture than an earlier row",
  "same-content": "pictures have the content of another one",
  "age-implausible": "bone ages are below 0 or above 20 years",
  "age-unit": "the bone ages look like years, not months",
  "sex-differs": "patients have two sexes",
  "no-split": "rows are in no split",
  "split-overlap": "patients are in two splits",
} as const;
export type FindingKind = keyof typeof FINDING_KINDS;

export interface Finding {
  kind: FindingKind;
  /** Data row of the annotations, from 1; null for what is true of the file or of a patient. */
  row: number | null;
  /** The picture, mask or patient, and what about it. */
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
