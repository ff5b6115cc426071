/** Lists the pictures below a folder, and the files that are not pictures. */
import { open } from "node:fs/promises";
import { extname, join, posix } from "node:path";
import { glob } from "tinyglobby";
import { isDicom } from "../files/isDicom.js";
import { plural } from "../plural.js";

const DICOM = /\.(dcm|dicom)$/i;
const PICTURE = /\.(png|jpe?g|tiff?|webp|dcm|dicom)$/i;
/** Names without extension, or ending in the last number of a DICOM UID, as archives have them. Their content decides. */
const NAMELESS = /(^|\/)([^./]+|[\w.-]*\.\d+)$/;
/** Length of a DICOM file's preamble and mark. */
const DICOM_HEAD_BYTES = 132;
/** How many files are opened at once. */
const AT_ONCE = 32;
/** Files that macOS and Windows add to folders. Some have the name of a picture, but none is one. */
const IGNORED = ["**/__MACOSX/**", "**/._*", "**/Thumbs.db", "**/desktop.ini"];

/** The files below a folder. */
export interface PictureFiles {
  /** Relative to the folder, with `/`, sorted by code unit so that the order does not depend on the locale. */
  pictures: string[];
  /** Files that are not pictures. */
  passedOver: string[];
}

/** Lists the files below a folder. */
export async function pictureFiles(folder: string): Promise<PictureFiles> {
  const all = await filesMatching("**", folder);
  const dicom = await dicomFiles(
    folder,
    all.filter((path) => !PICTURE.test(path) && NAMELESS.test(path)),
  );
  const isPicture = (path: string) => PICTURE.test(path) || dicom.has(path);
  return { pictures: all.filter(isPicture), passedOver: all.filter((path) => !isPicture(path)) };
}

/**
 * Returns whether DICOM files are among these: by a name, else by the content of all of them, because a file that is named
 * as another format is decoded by its content too.
 */
export async function hasDicom(paths: readonly string[]): Promise<boolean> {
  if (paths.some((path) => DICOM.test(path))) return true;
  for await (const found of dicomAmong(paths)) if (found.length > 0) return true;
  return false;
}

/** Returns the files that are DICOM by their content. */
async function dicomFiles(folder: string, paths: readonly string[]): Promise<Set<string>> {
  const found = new Set<string>();
  for await (const some of dicomAmong(paths, folder)) for (const path of some) found.add(path);
  return found;
}

/** Yields, for one group of files after the other, those that are DICOM by their content. */
async function* dicomAmong(paths: readonly string[], folder = ""): AsyncGenerator<string[]> {
  for (let start = 0; start < paths.length; start += AT_ONCE) {
    const some = paths.slice(start, start + AT_ONCE);
    const are = await Promise.all(some.map((path) => isDicomFile(join(folder, path))));
    yield some.filter((_, i) => are[i]);
  }
}

/** A file that cannot be opened is not one. */
async function isDicomFile(path: string): Promise<boolean> {
  try {
    return isDicom(await readHead(path));
  } catch {
    return false;
  }
}

async function readHead(path: string): Promise<Uint8Array> {
  await using file = await open(path);
  const head = Buffer.alloc(DICOM_HEAD_BYTES);
  const { bytesRead } = await file.read(head, 0, head.length, 0);
  return head.subarray(0, bytesRead);
}

/** Lists the paths below a folder that match a pattern: relative, with `/`, sorted by code unit. */
export async function filesMatching(pattern: string, folder: string): Promise<string[]> {
  const found = await glob(pattern, { cwd: folder, caseSensitiveMatch: false, ignore: IGNORED });
  return found.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

/** The largest number of files that the text names. */
const NAMED = 5;

/**
 * Returns a text such as `3 files passed over (1 .bmp, 1 .jp2, 1 without extension): b.bmp, c.jp2, IM0001`; null for no
 * files.
 */
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
