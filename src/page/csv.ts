/** The table of all pictures as a CSV file. */
import { chronologicalAge, type Picture, usedSex } from "./picture.js";

type Cell = string | number | null | undefined;

const COLUMNS: Record<string, (picture: Picture) => Cell> = {
  image_ID: ({ file }) => file.name,
  sex: (picture) => sexOf(picture)?.sex ?? picture.sex,
  sex_from: (picture) => sexOf(picture)?.from,
  chronological_age: (picture) => written(chronologicalAge(picture)),
  pred_bone_age: (picture) => written(answerOf(picture)?.bone_age),
  difference: (picture) => written(difference(picture)),
  interval_low: (picture) => written(answerOf(picture)?.interval?.low),
  interval_high: (picture) => written(answerOf(picture)?.interval?.high),
  ensemble_sd: (picture) => written(answerOf(picture)?.spread),
  quality: (picture) =>
    answerOf(picture)
      ?.quality.map(({ flag }) => flag)
      .join(" "),
  rotation: ({ rotation }) => rotation,
  model: (picture) => answerOf(picture)?.model,
  error: ({ state }) => (state.is === "failed" ? state.fault.message : null),
};

/** Returns the table as CSV text (RFC 4180), ages in months; a byte order mark lets Excel read names with umlauts. */
export function toCsv(pictures: readonly Picture[]): string {
  const rows = pictures.map((picture) => Object.values(COLUMNS).map((cell) => cell(picture)));
  const lines = [Object.keys(COLUMNS), ...rows].map((cells) => `${cells.map(asText).join(",")}\r\n`);
  return `\uFEFF${lines.join("")}`;
}

/**
 * A text that a spreadsheet would take for a formula gets an apostrophe, which spreadsheets take for "this is text". Numbers
 * are as they are.
 */
function asText(cell: Cell): string {
  if (cell === null || cell === undefined) return "";
  if (typeof cell === "number") return String(cell);
  const harmless = /^[\s]*[=+\-@]|^[\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

const answerOf = ({ state }: Picture) => (state.is === "done" ? state.answer : null);
const written = (months: number | null | undefined) => (months == null ? null : Number(months.toFixed(2)));

function sexOf(picture: Picture) {
  const answer = answerOf(picture);
  return answer === null ? null : usedSex(answer);
}

function difference(picture: Picture): number | null {
  const [answer, age] = [answerOf(picture), chronologicalAge(picture)];
  return answer === null || age === null ? null : answer.bone_age - age;
}
