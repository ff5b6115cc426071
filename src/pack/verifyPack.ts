/** Whether every byte of a pack is as it was written. */
import { createHash } from "node:crypto";
import { DeeplasiaError } from "../errors.js";
import { damaged, isPack, Pack } from "../packFile/pack.js";

/** What `verifyPack` read. */
export interface VerifiedPack {
  /** Rows of the annotation CSV. */
  rows: number;
  /** Rows that have a picture. */
  pictures: number;
  /** SHA-256 of manifest, annotations and index, which has a checksum of every picture; hex. */
  digest: string;
  /** What it has of each picture: the masked crop in full size, or the network's input. */
  keep: "crop" | "input";
}

/**
 * Read all of a pack, and compare it with its digest and checksums.
 *
 * @throws DeeplasiaError ERR_DEEPLASIA_PACK, which names the first part or row that is damaged.
 */
export async function verifyPack(file: string): Promise<VerifiedPack> {
  if (!(await isPack(file)))
    throw new DeeplasiaError("ERR_DEEPLASIA_PACK", `${file} is not a pack, or cannot be read`, {
      file,
      remedy: "Give a file that `deeplasia-native pack` wrote.",
    });
  const pack = await Pack.open(file);
  try {
    const hash = createHash("sha256");
    for await (const bytes of pack.front()) hash.update(bytes);
    for await (const bytes of pack.index()) hash.update(bytes);
    const { digest, rows } = pack.header;
    if (hash.digest("hex") !== digest)
      throw damaged(file, "manifest, annotations or index do not fit the digest");
    let pictures = 0;
    const { from, to } = pack.manifest.rows;
    for (let row = from + 1; row <= to; row++) {
      const entry = await pack.entry(row);
      await pack.read(entry, row);
      if (entry.depth !== 0) pictures += 1;
    }
    return { rows, pictures, digest, keep: pack.manifest.keep };
  } finally {
    await pack.close();
  }
}
