/** Groups the errors of rows that are left out: a count, the differing words and the first row of each kind. */
import type { DeeplasiaError } from "../errors.js";
import { plural } from "../plural.js";

/** The largest number of differing words that are named for one kind. */
const MOST_WORDS = 4;
/** The largest number of kinds that are listed. */
const MOST_KINDS = 8;

interface Kind {
  count: number;
  /** The message with `…` for each text in quotes. */
  pattern: string;
  /** The quoted texts. */
  words: Set<string>;
  first: DeeplasiaError;
}

/** A kind of errors. */
export interface Reason {
  count: number;
  /** `unknown sex "True" or "False"`, or the first message if the messages differ in more than one quoted text. */
  what: string;
  first: DeeplasiaError;
}

/** Groups errors, the most frequent kind first. Errors of one kind have messages that differ only in quoted texts. */
function reasonsOf(errors: readonly DeeplasiaError[]): Reason[] {
  const kinds = new Map<string, Kind>();
  for (const error of errors) {
    const kind = kinds.get(kindOf(error));
    const [word] = quoted(error.message);
    if (kind === undefined) {
      const pattern = error.message.replace(/"[^"]*"/g, "…");
      kinds.set(kindOf(error), {
        count: 1,
        pattern,
        words: new Set(word === undefined ? [] : [word[0]]),
        first: error,
      });
    } else {
      kind.count += 1;
      if (word !== undefined) kind.words.add(word[0]);
    }
  }
  const reasons = [...kinds.values()].map(({ count, pattern, words, first }) => {
    const shown = [...words].slice(0, MOST_WORDS);
    const text = words.size > MOST_WORDS ? `${shown.join(", ")}, …` : shown.join(" or ");
    const isOneWord = pattern.split("…").length === 2;
    return { count, what: isOneWord && words.size > 1 ? pattern.replace("…", text) : first.message, first };
  });
  return reasons.sort((a, b) => b.count - a.count);
}

const quoted = (message: string) => [...message.matchAll(/"[^"]*"/g)];

/** Returns a key for the kind of an error. All missing files are of one kind, because their messages differ in paths. */
function kindOf({ code, message }: DeeplasiaError): string {
  const isOfFile = code === "ERR_DEEPLASIA_IMAGE_MISSING" || code === "ERR_DEEPLASIA_MASK_MISSING";
  return isOfFile ? code : `${code} ${message.replace(/"[^"]*"/g, "…")}`;
}

/** Returns a line for each kind, with the remedy: `12 rows: unknown sex "True" or "False" (the first: row 1, images/a.png)`. */
export function reasonLines(errors: readonly DeeplasiaError[]): string[] {
  const reasons = reasonsOf(errors);
  const lines = reasons.slice(0, MOST_KINDS).map(({ count, what, first }) => {
    const remedy = first.remedy === undefined ? "" : `. ${first.remedy}`;
    return `${plural(count, "row")}: ${what} (the first: ${placeOf(first)})${remedy}`;
  });
  const more = reasons.length - lines.length;
  return more > 0 ? [...lines, `and ${more} more kinds of reasons`] : lines;
}

function placeOf({ row, file }: DeeplasiaError): string {
  return [row === undefined ? "" : `row ${row}`, file ?? ""].filter(Boolean).join(", ");
}
