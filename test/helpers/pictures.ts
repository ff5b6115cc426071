/** Small synthetic pictures for tests. */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import sharp from "sharp";

/** Makes a grey PNG whose left half is black, or `left`, and whose right half has the given grey value. */
export async function halves(value: number, side = 40, left = 0): Promise<Buffer> {
  const pixels = Buffer.alloc(side * side, left);
  for (let y = 0; y < side; y++) pixels.fill(value, y * side + side / 2, (y + 1) * side);
  return greyPng(pixels, side, side);
}

/** Makes a grey PNG twice as wide as high with one value except in its outermost columns, so its centre square is blank. */
export async function blankCentre(value: number, height = 40): Promise<Buffer> {
  const width = 2 * height;
  const pixels = Buffer.alloc(width * height, value);
  for (let y = 0; y < height; y++) pixels.fill(255 - value, y * width, y * width + 1);
  return greyPng(pixels, width, height);
}

function greyPng(pixels: Buffer, width: number, height: number): Promise<Buffer> {
  return sharp(pixels, { raw: { width, height, channels: 1 } })
    .toColourspace("b-w")
    .png()
    .toBuffer();
}

export interface CohortRow {
  image: string;
  bytes?: Buffer | string;
  sex?: string;
  age?: string;
}

/** A folder with `cohort.csv` and `images/`; a row without bytes has no picture. */
export async function writeCohort(folder: string, rows: readonly CohortRow[], newline = "\n"): Promise<void> {
  const lines = ["image_ID,dir,patient_ID,sex,bone_age"];
  for (const [i, { image, bytes, sex = "F", age = "100" }] of rows.entries()) {
    lines.push(`${/[",]/.test(image) ? `"${image}"` : image},a,${i},${sex},${age}`);
    if (bytes === undefined) continue;
    const file = join(folder, "images/a", image);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, bytes);
  }
  await writeFile(join(folder, "cohort.csv"), lines.join(newline) + newline);
}

/** Arguments of `predict` for such a folder; several models are an ensemble. */
export function cohortArguments(folder: string, model: string | string[], ...more: string[]): string[] {
  const cohort = ["--annotation_csv", join(folder, "cohort.csv"), "--img_dir", join(folder, "images")];
  const models = ["--ckp_path", ...[model].flat()];
  return ["predict", ...models, ...cohort, "--output_path", join(folder, "out.csv"), ...more];
}
