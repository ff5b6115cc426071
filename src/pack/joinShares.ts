/** The shares of a pack, joined to one file by whoever finds all of them complete. */
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { DeeplasiaError } from "../errors.js";
import { pathKind } from "../files/pathKind.js";
import { tryLockFile } from "../lock.js";
import { Pack } from "../packFile/pack.js";
import { PackWriter } from "../packFile/packWriter.js";

/**
 * Joins `<out>.parts` if all shares are there; false if some are missing, or another process joins them. A joining that was
 * killed resumes.
 *
 * Throws ERR_DEEPLASIA_SHARES for shares of different cohorts, contracts or options, ERR_DEEPLASIA_PACK, ERR_DEEPLASIA_OUTPUT.
 */
export async function joinShares(out: string, of: number, signal?: AbortSignal): Promise<boolean> {
  const folder = `${out}.parts`;
  const lock = await tryLockFile(`${out}.lock`);
  if (!("release" in lock)) return false;
  await using _ = lock;
  const names = await readdir(folder).catch(() => []);
  const parts = names.filter((name) => name.endsWith(`-of-${String(of).padStart(4, "0")}.pack`)).sort();
  if (parts.length < of) return (await pathKind(out)) === "file";
  await using packs = await openAll(parts.map((part) => join(folder, part)));
  const [first] = packs.list;
  const manifest = {
    ...first!.manifest,
    rows: { ...first!.manifest.rows, from: 0, to: first!.manifest.rows.of },
  };
  const writer = await PackWriter.open(out, { path: first!.path, ...first!.csv }, manifest);
  try {
    for (const pack of packs.list) {
      const { from, to } = pack.manifest.rows;
      for (let row = Math.max(from, writer.rows) + 1; row <= to; row++) {
        signal?.throwIfAborted();
        const entry = await pack.entry(row);
        await writer.append(entry, await pack.read(entry, row));
      }
    }
  } catch (error) {
    await writer.suspend();
    throw error;
  }
  await writer.complete();
  await rm(folder, { recursive: true, force: true });
  return true;
}

async function openAll(paths: readonly string[]): Promise<{ list: Pack[] } & AsyncDisposable> {
  const list: Pack[] = [];
  const close = async () => {
    for (const pack of list) await pack.close();
  };
  try {
    for (const path of paths) {
      const pack = await Pack.open(path);
      list.push(pack);
      const [own, other] = [pack, list[0]!].map(({ manifest }) => ({ ...manifest, rows: manifest.rows.of }));
      if (!isDeepStrictEqual(own, other))
        throw new DeeplasiaError(
          "ERR_DEEPLASIA_SHARES",
          `${path} was packed from another cohort, or with other options`,
          {
            file: path,
            remedy: "Remove this share, and pack it again with the options of the others.",
          },
        );
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { list, [Symbol.asyncDispose]: close };
}
