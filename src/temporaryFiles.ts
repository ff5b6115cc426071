/**
 * Temporary files that are renamed to their final names. Their names cannot be foreseen, and they are created exclusively,
 * so that in a folder writable by others nobody can redirect a write with a link.
 *
 * Leftovers of a killed process are removed when a process with the lock of the files starts again, else when they are old.
 */
import { randomBytes } from "node:crypto";
import { type FileHandle, open, readdir, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";

const TEMPORARY = /^(.+)\.[\da-f]{16}\.tmp$/;

/** A temporary file of this age is a leftover. */
const OLD_MS = 3_600_000;

/** Returns the final name for a temporary name; null for any other name. */
export function finalName(name: string): string | null {
  return TEMPORARY.exec(name)?.[1] ?? null;
}

/** Creates an empty temporary file beside `path`. Throws system errors. */
export async function openTemporary(path: string): Promise<{ temporary: string; handle: FileHandle }> {
  await removeOld(path);
  const temporary = `${path}.${randomBytes(8).toString("hex")}.tmp`;
  return { temporary, handle: await open(temporary, "wx") };
}

/** Removes leftovers in a folder, of files that only this process may write. */
export async function removeLeftovers(folder: string, isOwn: (name: string) => boolean): Promise<void> {
  for (const [name, leftovers] of await leftoversIn(folder))
    if (isOwn(name)) await remove(leftovers.map((leftover) => join(folder, leftover)));
}

/** Temporary files of each folder by their final names, as they were when this process first looked. */
const found = new Map<string, Promise<Map<string, string[]>>>();

/** Removes old leftovers of one file. Folders can hold a million files, so each folder is listed once. */
async function removeOld(path: string): Promise<void> {
  const folder = resolve(dirname(path));
  const listing = found.get(folder) ?? leftoversIn(folder);
  found.set(folder, listing);
  for (const name of (await listing).get(basename(path)) ?? []) {
    const facts = await stat(join(folder, name)).catch(() => null);
    if (facts !== null && Date.now() - facts.mtimeMs > OLD_MS) await remove([join(folder, name)]);
  }
}

/** Removes files, and ignores errors, because leftovers do not affect the file to be written. */
async function remove(files: readonly string[]): Promise<void> {
  for (const file of files) await rm(file, { force: true }).catch(() => {});
}

async function leftoversIn(folder: string): Promise<Map<string, string[]>> {
  const byName = new Map<string, string[]>();
  for (const name of await readdir(folder).catch(() => [])) {
    const final = finalName(name);
    if (final !== null) byName.set(final, [...(byName.get(final) ?? []), name]);
  }
  return byName;
}
