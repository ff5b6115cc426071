/**
 * Names of files on their way to their final names. Nobody can foresee them, and such a file is never opened where there
 * is something already: in a folder that others may write in, nobody can have it written elsewhere by a link.
 *
 * What a kill leaves of them goes when whoever has the lock of the files begins again, else with age.
 */
import { randomBytes } from "node:crypto";
import { type FileHandle, open, readdir, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";

const TEMPORARY = /^(.+)\.[\da-f]{16}\.tmp$/;

/** No file is on its way for so long. */
const OLD_MILLISECONDS = 3_600_000;

/** The name of the file that a temporary name is for; null for any other name. */
export function finalName(name: string): string | null {
  return TEMPORARY.exec(name)?.[1] ?? null;
}

/** Make a new file beside another one, empty. Throws what the system does. */
export async function openTemporary(path: string): Promise<{ temporary: string; handle: FileHandle }> {
  await removeOld(path);
  const temporary = `${path}.${randomBytes(8).toString("hex")}.tmp`;
  return { temporary, handle: await open(temporary, "wx") };
}

/** Remove what is left of earlier tries in a folder, for files that only this process may write. */
export async function removeLeftovers(folder: string, isOwn: (name: string) => boolean): Promise<void> {
  for (const [name, leftovers] of await leftoversIn(folder))
    if (isOwn(name)) await remove(leftovers.map((leftover) => join(folder, leftover)));
}

/** Temporary files of each folder by the name that they are for, as they lay there when this process came. */
const found = new Map<string, Promise<Map<string, string[]>>>();

/** Folders can hold a million files, so each is read once. */
async function removeOld(path: string): Promise<void> {
  const folder = resolve(dirname(path));
  const listing = found.get(folder) ?? leftoversIn(folder);
  found.set(folder, listing);
  for (const name of (await listing).get(basename(path)) ?? []) {
    const facts = await stat(join(folder, name)).catch(() => null);
    if (facts !== null && Date.now() - facts.mtimeMs > OLD_MILLISECONDS) await remove([join(folder, name)]);
  }
}

/** Whether they can be removed says nothing about what is to be written. */
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
