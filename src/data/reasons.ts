/** Why rows are left out, grouped for people: how many, which words, and the first of each kind. */
import type { DeeplasiaError } from "../errors.js";
import { plural } from "../plural.js";

/** Different words that are named of one kind. */
const MOST_WORDS = 4;
/** Kinds that are listed. */
const MOST_KINDS = 8;

interface Kind {
  count: number;
  /** The message with `…` for each text in quotes. */
  pattern: string;
  /** What stood in the quotes. */
  words: Set<string>;
  first: DeeplasiaError;
}

export interface Reason {
  count: number;
  /** `unknown sex "True" or "False"`, or the first message where they say different things. */
  what: string;
  first: DeeplasiaError;
}

/** The kinds of errors, the most frequent first. Two are of one kind if their messages differ in a quoted word alone. */
export function reasonsOf(errors: readonly DeeplasiaError[]): Reason[] {
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

/** Missing files differ in their paths, whatever else is said of them; other messages in quoted words. */
function kindOf({ code, message }: DeeplasiaError): string {
  const isOfFile = code === "ERR_DEEPLASIA_IMAGE_MISSING" || code === "ERR_DEEPLASIA_MASK_MISSING";
  return isOfFile ? code : `${code} ${message.replace(/"[^"]*"/g, "…")}`;
}

/** A line a kind, `12 rows: unknown sex "True" or "False" (the first: row 1, images/a.png)`, and what to do. */
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
