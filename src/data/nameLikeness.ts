/**
 * Which file somebody meant whose name is not quite that of any: the forms in which one name is written by people,
 * spreadsheets and file systems. Never a guess: names that differ otherwise are two names.
 */

/** What a name is looked for as: pictures and folders by their own names, masks by those of their pictures. */
export type NameKind = "picture" | "mask" | "folder";

interface Parts {
  stem: string;
  /** Of a picture, lower case, without the dot; empty where there is none. */
  extension: string;
}

const EXTENSION = /\.(png|jpe?g|tiff?|webp)$/;
/** Two spellings of one format. */
const family = (extension: string) => extension.replace("jpeg", "jpg").replace("tiff", "tif");

const composed = (name: string) => name.normalize();
/** Without blanks around it or doubled in it; `\s` has the no-break space too. */
const trimmed = (name: string) => composed(name).replace(/\s+/g, " ").trim();
const lower = (name: string) => trimmed(name).toLowerCase();

function partsOf(name: string, kind: NameKind): Parts {
  const word = lower(name);
  const found = kind === "folder" ? null : EXTENSION.exec(word);
  return { stem: word.slice(0, found?.index), extension: found?.[1] ?? "" };
}

/** A number as a spreadsheet leaves it, `1377` of `01377` or `1377.0`; other stems as they are. */
const bareNumber = (stem: string) =>
  /^\d+(\.0+)?$/.test(stem) ? stem.replace(/\.0+$/, "").replace(/^0+(?=\d)/, "") : stem;

/** Equal for all names that may be one another's forms. */
export const looseKey = (name: string, kind: NameKind) => bareNumber(partsOf(name, kind).stem);

/** How two names differ, the likeliest first; the text goes on after "found". */
const DIFFERENCES: { text: string; same(wanted: string, there: string, kind: NameKind): boolean }[] = [
  { text: "in another Unicode form", same: (a, b) => composed(a) === composed(b) },
  { text: "with other blanks in its name", same: (a, b) => trimmed(a) === trimmed(b) },
  { text: "in other case", same: (a, b) => lower(a) === lower(b) },
  {
    text: "with its extension",
    same: (a, b, kind) => sameExtension(a, b, kind) && partsOf(a, kind).stem === partsOf(b, kind).stem,
  },
  {
    text: "with other zeros before its number",
    same: (a, b, kind) => sameExtension(a, b, kind) && looseKey(a, kind) === looseKey(b, kind),
  },
  {
    // A mask is saved as PNG, whatever its picture is.
    text: "with another extension",
    same: (a, b, kind) => kind === "mask" && looseKey(a, kind) === looseKey(b, kind),
  },
];

/** A missing extension may be any, another one is another file. */
function sameExtension(wanted: string, there: string, kind: NameKind): boolean {
  const [a, b] = [partsOf(wanted, kind).extension, partsOf(there, kind).extension];
  return a === "" || family(a) === family(b);
}

/** How much a name is like the wanted one: 0 is the same, more is less alike; null is another name. */
export function likeness(wanted: string, there: string, kind: NameKind): number | null {
  if (wanted === there) return 0;
  const index = DIFFERENCES.findIndex(({ same }) => same(wanted, there, kind));
  return index < 0 ? null : index + 1;
}

export interface Alike {
  names: string[];
  /** How they differ from the name that was wanted. */
  how: string;
}

/** Those of the names that are most like the wanted one, but not the same; null if none is. */
export function mostAlike(wanted: string, names: readonly string[], kind: NameKind): Alike | null {
  const likes = names.map((name) => ({ name, like: likeness(wanted, name, kind) ?? 0 }));
  const best = Math.min(...likes.filter(({ like }) => like > 0).map(({ like }) => like));
  if (best === Number.POSITIVE_INFINITY) return null;
  const fitting = likes.filter(({ like }) => like === best).map(({ name }) => name);
  return { names: fitting, how: DIFFERENCES[best - 1]!.text };
}
