/**
 * Compares file names that differ only in form: people, spreadsheets and file systems write one name in several forms.
 * Nothing is guessed: names that differ in any other way are two names.
 */

/** What a name refers to. Pictures and folders have their own names, masks those of their pictures. */
export type NameKind = "picture" | "mask" | "folder";

interface Parts {
  stem: string;
  /** Extension of a picture in lower case, without the dot; empty if there is none. */
  extension: string;
}

const EXTENSION = /\.(png|jpe?g|tiff?|webp|dcm|dicom)$/;
/** Returns one spelling for the two spellings of an extension. */
const family = (extension: string) =>
  extension.replace("jpeg", "jpg").replace("tiff", "tif").replace("dicom", "dcm");

const composed = (name: string) => name.normalize();
/** Removes blanks around a name and doubled ones in it; `\s` includes the no-break space. */
const trimmed = (name: string) => composed(name).replace(/\s+/g, " ").trim();
const lower = (name: string) => trimmed(name).toLowerCase();

function partsOf(name: string, kind: NameKind): Parts {
  const word = lower(name);
  const found = kind === "folder" ? null : EXTENSION.exec(word);
  return { stem: word.slice(0, found?.index), extension: found?.[1] ?? "" };
}

/** Returns a number as spreadsheets write it, `1377` for `01377` and `1377.0`; returns other stems unchanged. */
const bareNumber = (stem: string) =>
  /^\d+(\.0+)?$/.test(stem) ? stem.replace(/\.0+$/, "").replace(/^0+(?=\d)/, "") : stem;

/** Returns a key that is equal for all forms of one name. */
export const looseKey = (name: string, kind: NameKind) => bareNumber(partsOf(name, kind).stem);

/** The ways in which two names may differ, the likeliest first. The text follows the word "found". */
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
    // Masks are saved as PNG, whatever the format of the picture.
    text: "with another extension",
    same: (a, b, kind) => kind === "mask" && looseKey(a, kind) === looseKey(b, kind),
  },
];

/** Returns whether two names may have the same extension. A missing one may be any; two different ones mean two files. */
function sameExtension(wanted: string, there: string, kind: NameKind): boolean {
  const [a, b] = [partsOf(wanted, kind).extension, partsOf(there, kind).extension];
  return a === "" || family(a) === family(b);
}

/** Returns how alike two names are: 0 is the same, higher is less alike, null is another name. */
export function likeness(wanted: string, there: string, kind: NameKind): number | null {
  if (wanted === there) return 0;
  const index = DIFFERENCES.findIndex(({ same }) => same(wanted, there, kind));
  return index < 0 ? null : index + 1;
}

/** Names that may be other forms of one name. */
export interface Alike {
  names: string[];
  /** How they differ from the wanted name. */
  how: string;
}

/** Returns the names that are most like the wanted one but not equal to it; null if there is none. */
export function mostAlike(wanted: string, names: readonly string[], kind: NameKind): Alike | null {
  const likes = names.map((name) => ({ name, like: likeness(wanted, name, kind) ?? 0 }));
  const best = Math.min(...likes.filter(({ like }) => like > 0).map(({ like }) => like));
  if (best === Number.POSITIVE_INFINITY) return null;
  const fitting = likes.filter(({ like }) => like === best).map(({ name }) => name);
  return { names: fitting, how: DIFFERENCES[best - 1]!.text };
}
