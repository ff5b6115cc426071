/**
 * Listings of folders, in which the likely file is searched when a name is missing. A folder is listed once, when the first
 * of its files is missing. When all listings together hold too many names, the oldest are dropped.
 */
import { isUtf8 } from "node:buffer";
import { opendir } from "node:fs/promises";
import { editDistance } from "../nearest.js";
import { looseKey, mostAlike, type NameKind } from "./nameLikeness.js";

/** The largest number of names in all listings: about 300 MB. A folder with more names is not searched. */
const MOST_NAMES = 1_500_000;
/** In a folder with at most this many names all are compared, else only the wanted name's neighbours in sorted order. */
const COMPARED = 60;
const NEIGHBOURS = 6;
/** Length of the longest extension with its dot. */
const EXTENSION_LETTERS = 5;

export class Listings {
  private readonly byFolder = new Map<string, Promise<Listing | null>>();
  private readonly sizes = new Map<string, number>();

  /** Resolves to the listing of a folder; null if it does not exist, cannot be read or holds too many names. */
  of(folder: string): Promise<Listing | null> {
    const known = this.byFolder.get(folder);
    if (known !== undefined) return known;
    const listing = this.list(folder);
    this.byFolder.set(folder, listing);
    return listing;
  }

  private async list(folder: string): Promise<Listing | null> {
    const names = await namesIn(folder).catch(() => null);
    if (names === null) return null;
    this.sizes.set(folder, names.length);
    let total = [...this.sizes.values()].reduce((sum, size) => sum + size, 0);
    for (const [oldest, size] of this.sizes) {
      if (total <= MOST_NAMES || oldest === folder) break;
      this.sizes.delete(oldest);
      this.byFolder.delete(oldest);
      total -= size;
    }
    return new Listing(names);
  }
}

async function namesIn(folder: string): Promise<Name[] | null> {
  const names: Name[] = [];
  // opendir accepts the encoding `buffer`, but its types do not list it.
  const entries = await opendir(folder, { encoding: "buffer" as BufferEncoding, bufferSize: 1024 });
  for await (const { name } of entries) {
    if (names.length === MOST_NAMES) return null;
    const bytes = name as unknown as Buffer;
    names.push(isUtf8(bytes) ? { text: bytes.toString("utf8"), isText: true } : foreignName(bytes));
  }
  return names;
}

const windows1252 = new TextDecoder("windows-1252");
const foreignName = (bytes: Buffer): Name => ({ text: windows1252.decode(bytes), isText: false });

/** The name of an entry of a folder. */
export interface Name {
  text: string;
  /** False if the bytes are not UTF-8, so that Node cannot form a path; the text is then their meaning in Windows-1252. */
  isText: boolean;
}

/** The names in one folder. */
class Listing {
  private readonly byKind = new Map<NameKind, Map<string, string[]>>();
  private readonly texts: string[];
  /** Names that are not UTF-8. */
  private readonly foreign: ReadonlySet<string>;
  private isSorted = false;

  constructor(names: readonly Name[]) {
    this.texts = names.map(({ text }) => text);
    this.foreign = new Set(names.filter(({ isText }) => !isText).map(({ text }) => text));
  }

  isForeign(name: string): boolean {
    return this.foreign.has(name);
  }

  /** Returns the names that may be the wanted one in another form; null if there is none. */
  alike(wanted: string, kind: NameKind) {
    return mostAlike(wanted, this.index(kind).get(looseKey(wanted, kind)) ?? [], kind);
  }

  private index(kind: NameKind): Map<string, string[]> {
    // Pictures and masks have the same keys, so they share an index.
    const indexed = kind === "folder" ? "folder" : "picture";
    const known = this.byKind.get(indexed);
    if (known !== undefined) return known;
    const index = new Map<string, string[]>();
    for (const name of this.texts) {
      const key = looseKey(name, kind);
      const others = index.get(key);
      if (others === undefined) index.set(key, [name]);
      else others.push(name);
    }
    this.byKind.set(indexed, index);
    return index;
  }

  /** Returns the name that looks most like the wanted one, although it may be another file; null if none does. */
  nearest(wanted: string): string | null {
    const own = stem(wanted);
    const pattern = withoutDigits(wanted);
    const most = own.length < 4 ? 1 : Math.max(2, Math.floor(own.length / 4));
    let best: { name: string; distance: number } | null = null;
    for (const name of this.near(wanted)) {
      if (Math.abs(name.length - wanted.length) > most + EXTENSION_LETTERS) continue;
      const isSameStem = stem(name) === own;
      // Names that differ only in their numbers are two pictures.
      if (!isSameStem && withoutDigits(name) === pattern) continue;
      const distance = isSameStem ? 0 : editDistance(name.toLowerCase(), wanted.toLowerCase());
      if (distance <= most && (best === null || distance < best.distance)) best = { name, distance };
    }
    return best?.name ?? null;
  }

  private near(wanted: string): string[] {
    if (this.texts.length <= COMPARED) return this.texts;
    if (!this.isSorted) this.texts.sort();
    this.isSorted = true;
    let [low, high] = [0, this.texts.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.texts[middle]! < wanted) low = middle + 1;
      else high = middle;
    }
    return this.texts.slice(Math.max(0, low - NEIGHBOURS), low + NEIGHBOURS);
  }
}

const withoutDigits = (name: string) => name.replace(/\d+/g, "#");
const stem = (name: string) => name.replace(/\.[a-z]+$/i, "");
