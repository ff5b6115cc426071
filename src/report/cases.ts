/** The pictures of a report that people should look at: the largest errors, and some at random. */
import type { EvaluatedRow } from "../evaluation/evaluatedRow.js";
import { Random } from "../random.js";
import { element, escaped } from "./markup.js";
import { numberText } from "./table.js";

const MOST_WORST = 20;
const MOST_RANDOM = 10;

export interface Cases {
  /** The largest errors, the largest first. */
  worst: readonly EvaluatedRow[];
  /** Empty where there are no more than the worst. */
  random: readonly EvaluatedRow[];
}

/** What the network saw of a picture, with its map, as a data URL. */
export interface Thumbnail {
  url: string;
  width: number;
  height: number;
}

/** Returns thumbnails of the pictures that can be drawn. */
export type DrawCases = (rows: readonly EvaluatedRow[]) => Promise<ReadonlyMap<EvaluatedRow, Thumbnail>>;

export function casesOf(rows: readonly EvaluatedRow[], seed: number): Cases {
  const size = (row: EvaluatedRow) => Math.abs(row.ageMonths - row.truthMonths);
  const worst = [...rows].sort((a, b) => size(b) - size(a)).slice(0, MOST_WORST);
  return { worst, random: rows.length > MOST_WORST ? drawn(rows, seed) : [] };
}

function drawn(rows: readonly EvaluatedRow[], seed: number): EvaluatedRow[] {
  const random = new Random("bootstrap", seed, 0, 1);
  const left = [...rows];
  return Array.from({ length: MOST_RANDOM }, () => left.splice(random.integer(0, left.length - 1), 1)[0]!);
}

export const pictureName = ({ dir, imageId }: EvaluatedRow) => [dir, imageId].filter(Boolean).join("/");

/** The thumbnails of some rows as a list; null where none of them has one. */
export function gallery(
  rows: readonly EvaluatedRow[],
  thumbnails: ReadonlyMap<EvaluatedRow, Thumbnail>,
): string | null {
  const items = rows.flatMap((row) => {
    const thumbnail = thumbnails.get(row);
    return thumbnail === undefined ? [] : [item(row, thumbnail)];
  });
  return items.length === 0 ? null : element("ul", { class: "gallery" }, ...items);
}

function item(row: EvaluatedRow, { url, width, height }: Thumbnail): string {
  const { truthMonths, ageMonths, quality } = row;
  const name = pictureName(row);
  const error = ageMonths - truthMonths;
  const ages = `true ${numberText(truthMonths, 1)}, predicted ${numberText(ageMonths, 1)}, error ${numberText(error, 1)} months`;
  const flags = quality === "" ? "" : `; ${quality.replaceAll(";", ", ")}`;
  const alt = `${name} as the network saw it, and with what its age comes from`;
  return element(
    "li",
    {},
    element("img", { src: url, width, height, alt }),
    element("span", {}, element("b", {}, escaped(name)), ` ${escaped(ages + flags)}`),
  );
}
