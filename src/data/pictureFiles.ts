/** The pictures of a folder and all below it, and the files that are none by their names. */
import { extname, posix } from "node:path";
import { glob } from "tinyglobby";
import { plural } from "../plural.js";

const PICTURE = /\.(png|jpe?g|tiff?|webp)$/i;
/** What macOS and Windows add to folders: some have a picture's name, and none has a picture in it. */
const IGNORED = ["**/__MACOSX/**", "**/._*", "**/Thumbs.db", "**/desktop.ini"];

export interface PictureFiles {
  /** Relative to the folder, with `/`, sorted by code unit: the order must not depend on a machine's language. */
  pictures: string[];
  passedOver: string[];
}

export async function pictureFiles(folder: string): Promise<PictureFiles> {
  const all = await filesMatching("**", folder);
  const pictures = all.filter((path) => PICTURE.test(path));
  return { pictures, passedOver: all.filter((path) => !PICTURE.test(path)) };
}

/** Paths below a folder that match a pattern, sorted; relative, with `/`. */
export async function filesMatching(pattern: string, folder: string): Promise<string[]> {
  const found = await glob(pattern, { cwd: folder, caseSensitiveMatch: false, ignore: IGNORED });
  return found.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

/** More are counted only. */
const NAMED = 5;

/** `3 files passed over (1 .bmp, 1 .jp2, 1 without extension): b.bmp, c.jp2, IM0001`; null if there are none. */
export function passedOverText(files: readonly string[]): string | null {
  if (files.length === 0) return null;
  const counts = new Map<string, number>();
  for (const file of files) {
    const kind = extname(file).toLowerCase() || "without extension";
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  const kinds = [...counts]
    .sort(([kind, a], [other, b]) => b - a || (kind < other ? -1 : 1))
    .map(([kind, count]) => `${count} ${kind}`);
  const names = files.length > NAMED ? "" : `: ${files.map((file) => posix.basename(file)).join(", ")}`;
  return `${plural(files.length, "file")} passed over (${kinds.join(", ")})${names}`;
}
