/** What words in a cell, a flag or an argument mean: one rule for all of them. */

export type Sex = "M" | "F";

/** A sex as a caller may say it: 1 is male, as everywhere in this package. */
export type SexWord = Sex | "m" | "f" | "male" | "female" | "Male" | "Female" | 1 | 0;

/**
 * `M`, `F`, `male` or `female`, in any case; null for every other text.
 *
 * The reference takes everything but an exact `M` as female, so `m` and `Male` were wrong there; here they are male,
 * and what cannot be read is an error where sex matters.
 */
export function parseSex(text: string): Sex | null {
  const word = text.trim().toLowerCase();
  if (word === "m" || word === "male") return "M";
  if (word === "f" || word === "female") return "F";
  return null;
}

/** Whether a text says that nothing is known. */
export function isUnknown(text: string): boolean {
  return /^(|na|n\/a|nan|null|none)$/i.test(text.trim());
}

/**
 * A sex from an argument: a text as in a CSV, or 1 for male and 0 for female; undefined where it says that nothing is
 * known (null, or a text that would say so in a CSV). What is no sex is returned as it is, for a schema to refuse.
 */
export function readSexWord(value: unknown): unknown {
  if (value === null) return undefined;
  if (value === 1) return "M";
  if (value === 0) return "F";
  if (typeof value !== "string") return value;
  return isUnknown(value) ? undefined : (parseSex(value) ?? value);
}
