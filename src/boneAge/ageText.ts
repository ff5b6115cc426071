import { plural } from "../plural.js";

/** `8 years 3 months` for a person; whole months, never negative. */
export function ageText(ageMonths: number): string {
  const months = Math.max(0, Math.round(ageMonths));
  return `${plural(Math.floor(months / 12), "year")} ${plural(months % 12, "month")}`;
}
