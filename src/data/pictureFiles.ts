/** The pictures of a folder and all below it, and the files that are none by their names. */
import { open } from "node:fs/promises";
import { extname, join, posix } from "node:path";
import { glob } from "tinyglobby";
import { isDicom } from "../fileKind.js";
import { plural } from "../plural.js";

const PICTURE = /\.(png|jpe?g|tiff?|webp|dcm|dicom)$/i;
/** No extension, or the last number of a DICOM UID: archives name their files so. The content decides about these. */
const NAMELESS = /(^|\/)([^./]+|[\w.-]*\.\d+)$/;
/** A DICOM file's preamble and mark. */
const DICOM_HEAD_BYTES = 132;
/** Files that are opened side by side. */
const AT_ONCE = 32;
/** What macOS and Windows add to folders: some have a picture's name, and none has a picture in it. */
const IGNORED = ["**/__MACOSX/**", "**/._*", "**/Thumbs.db", "**/desktop.ini"];

export interface PictureFiles {
  /** Relative to the folder, with `/`, sorted by code unit: the order must not depend on a machine's language. */
  pictures: string[];
  passedOver: string[];
}

export async function pictureFiles(folder: string): Promise<PictureFiles> {
  const all = await filesMatching("**", folder);
  const dicom = await dicomFiles(
    folder,
    all.filter((path) => !PICTURE.test(path) && NAMELESS.test(path)),
  );
  const isPicture = (path: string) => PICTURE.test(path) || dicom.has(path);
  return { pictures: all.filter(isPicture), passedOver: all.filter((path) => !isPicture(path)) };
}

/** Those of some files that are DICOM by their content. One that cannot be opened is not. */
async function dicomFiles(folder: string, paths: readonly string[]): Promise<Set<string>> {
  const found = new Set<string>();
  for (let start = 0; start < paths.length; start += AT_ONCE) {
    const some = paths.slice(start, start + AT_ONCE);
    const heads = await Promise.all(some.map((path) => readHead(join(folder, path)).catch(() => null)));
    for (const [i, head] of heads.entries()) if (head !== null && isDicom(head)) found.add(some[i]!);
  }
  return found;
}

async function readHead(path: string): Promise<Uint8Array> {
  await using file = await open(path);
  const head = Buffer.alloc(DICOM_HEAD_BYTES);
  const { bytesRead } = await file.read(head, 0, head.length, 0);
  return head.subarray(0, bytesRead);
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
