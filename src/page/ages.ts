/** Ages of a child: from dates, and in words. All ages are months. */

const DAYS_A_YEAR = 365.25;
const MOST_MONTHS = 150 * 12;

/**
 * Returns the age between two dates (`2015-03-09`), as `predict` reads it from the header of a DICOM file; null where a date
 * is missing or none, where the first is the later one, and beyond 150 years.
 */
export function monthsBetween(birth: string, study: string): number | null {
  const [born, made] = [dayOf(birth), dayOf(study)];
  if (born === null || made === null) return null;
  const months = ((made - born) * 12) / DAYS_A_YEAR;
  return months >= 0 && months <= MOST_MONTHS ? months : null;
}

/** Days since 1970; null for a text that is no day of the calendar. */
function dayOf(text: string): number | null {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? [];
  if (year === undefined) return null;
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  const isReal = date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
  return isReal ? date.getTime() / 86_400_000 : null;
}

/** Returns the age that two fields of a form state, years and months; null where both are empty or one is no count. */
export function monthsOf(years: string, months: string): number | null {
  if (years.trim() === "" && months.trim() === "") return null;
  const total = Number(years) * 12 + Number(months);
  return Number(years) >= 0 && Number(months) >= 0 && total <= MOST_MONTHS ? total : null;
}

const counted = (count: number, unit: string) => `${count} ${unit}${count === 1 ? "" : "s"}`;

/** `8 years 1 month`, to the nearest month; below zero, which a network may predict, with a minus sign. */
export function inWords(months: number): string {
  const whole = Math.round(Math.abs(months));
  const [years, rest] = [Math.floor(whole / 12), whole % 12];
  const parts = [
    ...(years > 0 ? [counted(years, "year")] : []),
    ...(rest > 0 || years === 0 ? [counted(rest, "month")] : []),
  ];
  return `${months < 0 && whole > 0 ? "−" : ""}${parts.join(" ")}`;
}

/** `8 y 1 m`, for a table. */
export function inShort(months: number): string {
  return inWords(months)
    .replace(/ years?/, " y")
    .replace(/ months?/, " m");
}

/** How a bone age lies to the age by the calendar: `1 year 1 month below`, `equal to`. */
export function differenceInWords(boneAge: number, chronologicalAge: number): string {
  const difference = boneAge - chronologicalAge;
  if (Math.round(Math.abs(difference)) === 0) return "equal to";
  return `${inWords(Math.abs(difference))} ${difference > 0 ? "above" : "below"}`;
}

/** The same for a table: `+7 m`, `−1 y 1 m`, `0 m`. */
export function differenceInShort(boneAge: number, chronologicalAge: number): string {
  const difference = boneAge - chronologicalAge;
  const sign = Math.round(difference) > 0 ? "+" : "";
  return `${sign}${inShort(difference)}`;
}
