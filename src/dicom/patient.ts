/** Sex and age in a DICOM header. No other attribute of a patient is read. */
import type { DataSet } from "dicom-parser";
import type { AgeSource } from "../data/ageSource.js";

export interface PatientFacts {
  /** Null: empty, O (other), or no such word. Nothing is guessed. */
  sex: "F" | "M" | null;
  /** Age at the study; null where the header has neither dates nor an age. */
  ageMonths: number | null;
  ageFrom: AgeSource | null;
}

const DAYS_A_YEAR = 365.25;
const MONTHS_A_UNIT = { Y: 12, M: 1, W: (7 * 12) / DAYS_A_YEAR, D: 12 / DAYS_A_YEAR } as const;
const MOST_MONTHS = 150 * 12;

export function patientFacts(elements: DataSet): PatientFacts {
  const word = elements.string("x00100040")?.trim();
  const sex = word === "F" || word === "M" ? word : null;
  const between = monthsBetween(elements.string("x00100030"), elements.string("x00080020"));
  if (between !== null) return { sex, ageMonths: between, ageFrom: "dates" };
  const stated = statedAge(elements.string("x00101010"));
  return { sex, ageMonths: stated, ageFrom: stated === null ? null : "PatientAge" };
}

/** An age as it is written: 0.01 months are a third of a day. */
export const writtenAge = ({ ageMonths }: PatientFacts): number | null =>
  ageMonths === null ? null : Number(ageMonths.toFixed(2));

function monthsBetween(birth: string | undefined, study: string | undefined): number | null {
  const [born, made] = [dayOf(birth), dayOf(study)];
  if (born === null || made === null) return null;
  const months = ((made - born) * 12) / DAYS_A_YEAR;
  return months >= 0 && months <= MOST_MONTHS ? months : null;
}

/** Days since 1970 of a date as YYYYMMDD, or as YYYY.MM.DD, which old files have. */
function dayOf(text: string | undefined): number | null {
  const [, year, month, day] = /^(\d{4})\.?(\d{2})\.?(\d{2})$/.exec(text?.trim() ?? "") ?? [];
  if (year === undefined) return null;
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  const isReal = date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
  return isReal ? date.getTime() / 86_400_000 : null;
}

function statedAge(text: string | undefined): number | null {
  const [, count, unit] = /^(\d{1,3})([YMWD])$/.exec(text?.trim() ?? "") ?? [];
  return count === undefined ? null : Number(count) * MONTHS_A_UNIT[unit as keyof typeof MONTHS_A_UNIT];
}
