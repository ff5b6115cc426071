/** The words for a sex and for an unknown value, with the same rule for cells, flags and arguments. */

/** The sex of a child: male or female. */
export type Sex = "M" | "F";

/** A sex as an argument; 1 is male, as everywhere in this package. */
export type SexWord = Sex | "m" | "f" | "male" | "female" | "Male" | "Female" | 1 | 0;

/**
 * Parses `M`, `F`, `male` or `female`, in any case; null for every other text.
 *
 * The reference reads everything but an exact `M` as female, so `m` and `Male` are wrong there. Here they are male, and a
 * text that is not a sex is an error if the sex matters.
 */
export function parseSex(text: string): Sex | null {
  const word = text.trim().toLowerCase();
  if (word === "m" || word === "male") return "M";
  if (word === "f" || word === "female") return "F";
  return null;
}

/** Returns whether a text stands for an unknown value. */
export function isUnknown(text: string): boolean {
  return /^(|na|n\/a|nan|null|none)$/i.test(text.trim());
}

/**
 * Reads a sex from an argument: a text as in a CSV, or 1 for male and 0 for female. Returns undefined for null and for a
 * text that stands for an unknown value, and returns every other value unchanged, for a schema to refuse.
 */
export function readSexWord(value: unknown): unknown {
  if (value === null) return undefined;
  if (value === 1) return "M";
  if (value === 0) return "F";
  if (typeof value !== "string") return value;
  return isUnknown(value) ? undefined : (parseSex(value) ?? value);
}
