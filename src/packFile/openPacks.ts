/**
 * The packs that this process has open. A picture in one has a path of its own, `cohort.pack#17/dir/hand.png`: the row, and
 * its name. They stay open: a few files, of which calls that overlap may read the same.
 */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { isPack, Pack } from "./pack.js";

interface OpenPack {
  pack: Pack;
  state: string;
}

const packs = new Map<string, OpenPack>();

/** Opens a pack, unless it is open and unchanged; null for a file that is none. Throws ERR_DEEPLASIA_PACK. */
export async function openPack(path: string): Promise<Pack | null> {
  if (!(await isPack(path))) return null;
  const { ino, size, mtimeMs } = await stat(path);
  const state = `${ino} ${size} ${mtimeMs}`;
  const known = packs.get(path);
  if (known?.state === state) return known.pack;
  const pack = await Pack.open(path);
  packs.set(path, { pack, state });
  return pack;
}

/** The pack of that path, if it is open. */
export const knownPack = (path: string | undefined): Pack | null =>
  (path !== undefined && packs.get(path)?.pack) || null;

export const pathInPack = (pack: Pack, row: number, name: string) =>
  `${pack.path}#${join(String(row), name)}`;

/** The pack and the row of a picture's path; null for a path on a disk. */
export function placeInPack(path: string): { pack: Pack; row: number } | null {
  for (const { pack } of packs.values()) {
    if (!path.startsWith(`${pack.path}#`)) continue;
    const row = Number.parseInt(path.slice(pack.path.length + 1), 10);
    if (Number.isInteger(row)) return { pack, row };
  }
  return null;
}
