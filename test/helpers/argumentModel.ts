/** A model whose predictions are known, and a picture for it, for tests of arguments. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { halves } from "./pictures.js";
import { fixture } from "./testData.js";

/** Its months are 120 + 40 * (mean + male / 2): 140 for a girl, 160 for a boy. */
export const MODEL = fixture("models/mean-plus-sex.pt");
export const [GIRL, BOY] = [140, 160];

/** Two blank pictures, [B, C, H, W]. */
export const SHAPE: [number, number, number, number] = [2, 1, 32, 32];
export const BLANK = new Float32Array(2 * 32 * 32);

/** Makes a picture: its bytes, and `hand`, a file with them in `folder`, which `remove` removes. */
export async function pictureFile() {
  const folder = await mkdtemp(join(tmpdir(), "deeplasia-test-"));
  const hand = join(folder, "hand.png");
  const bytes = await halves(100);
  await writeFile(hand, bytes);
  const remove = () => rm(folder, { recursive: true });
  return { folder, hand, bytes, remove };
}
