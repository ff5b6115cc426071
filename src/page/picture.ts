/** One picture of the page: its file, what is known of the child, and what became of it. */
import { monthsBetween, monthsOf } from "./ages.js";
import type { Answer, Fault, Sex } from "./answer.js";

/** Clockwise, degrees. */
export type Rotation = 0 | 90 | 180 | 270;

/** The fields of the form as they were typed. */
export interface AgeFields {
  by: "dates" | "age";
  birth: string;
  study: string;
  years: string;
  months: string;
}

export const NO_AGE: AgeFields = { by: "dates", birth: "", study: "", years: "", months: "" };

/** What of a file the page needs; a browser's File is one. */
export interface PictureFile {
  readonly name: string;
  readonly size: number;
  readonly type: string;
}

export type State =
  | { is: "waiting" }
  | { is: "running" }
  /** The model needs the sex, and neither the user nor the file states it. */
  | { is: "needs-sex" }
  | { is: "done"; answer: Answer }
  | { is: "failed"; fault: Fault }
  | { is: "cancelled" };

export interface Picture {
  readonly id: number;
  readonly file: PictureFile;
  /** Address at which the browser finds what it can show of the picture; null while there is none. */
  readonly address: string | null;
  /** The rotation that what is at `address` already has: none, where it is the file itself. */
  readonly addressRotation: Rotation;
  /** The rotation that the user wants. */
  readonly rotation: Rotation;
  /** Null: that of the file's header, else predicted where the service can do that. */
  readonly sex: Sex | null;
  readonly age: AgeFields;
  readonly state: State;
}

/** Whether a browser shows such a file itself. Its type is the ending's: a wrong one only costs the view. */
export const isShown = ({ type }: PictureFile) => /^image\/(png|jpeg|webp)$/.test(type);

/** Returns a rotation turned further. */
export const turned = (rotation: Rotation, by: number) => ((rotation + by + 360) % 360) as Rotation;

export function typedAge({ by, birth, study, years, months }: AgeFields): number | null {
  return by === "dates" ? monthsBetween(birth, study) : monthsOf(years, months);
}

/** Age by the calendar, months: what was typed, else what the file's header states. */
export function chronologicalAge({ age, state }: Picture): number | null {
  const fromHeader = state.is === "done" ? state.answer.picture.ageMonthsFromHeader : null;
  return typedAge(age) ?? fromHeader ?? null;
}

export type SexOrigin = "given" | "header" | "predicted";

/** The sex that a result was made with, and where it comes from. */
export function usedSex(answer: Answer): { sex: Sex; from: SexOrigin } | null {
  const letter = answer.used_sex?.[0]?.toUpperCase();
  if (letter !== "F" && letter !== "M") return null;
  const from = answer.sex_predicted ? "predicted" : answer.picture.sexFromHeader ? "header" : "given";
  return { sex: letter, from };
}
