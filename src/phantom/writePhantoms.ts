/** Writes a cohort of synthetic radiographs: pictures, masks, annotations and splits, drawn from tables, not from people. */
import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "csv-stringify/sync";
import sharp from "sharp";
import { packageVersion } from "../about.js";
import { ProgressMeter } from "../console/progress.js";
import { mapInOrder } from "../data/mapInOrder.js";
import { DeeplasiaError } from "../errors.js";
import { writeFileAtomic } from "../files/writeFileAtomic.js";
import { useWorkers } from "../image/workers.js";
import { native, type Phantom, type PhantomFacts, type PhantomOptions } from "../native.js";
import type { WritePhantomsOptions } from "../options/calls/writePhantomsOptions.js";
import { writePhantomsOptions } from "../options/phantom.js";
import { requireOptions } from "../schema/checkValue.js";
import { claimFolder } from "./claimFolder.js";
import { ANNOTATIONS_NAME, DrawnRows } from "./drawnRows.js";

export const SYNTHETIC_NOTICE =
  "Synthetic pictures, drawn from tables: they show nobody and stand for nobody.";

/** The result of `writePhantoms`. */
export interface WrittenPhantoms {
  /** Number of pictures in the folder. */
  drawn: number;
}

/** A row of `annotations.csv`. */
interface Row {
  index: number;
  width: number;
  height: number;
  depth: number;
  facts: PhantomFacts;
}

/**
 * Draws phantoms into a folder. The CSVs are written last, so a folder with them is complete. The same call again draws
 * the same bytes and resumes an interrupted run.
 *
 * @throws DeeplasiaError ERR_DEEPLASIA_OPTION, _OUTPUT for a folder that holds other files or cannot be written; the
 *   signal's reason when it is aborted.
 */
export async function writePhantoms(options: WritePhantomsOptions): Promise<WrittenPhantoms> {
  const { out, n, numWorkers, signal, onProgress, ...recipe } = requireOptions(writePhantomsOptions, options);
  if (recipe.minAgeMonths > recipe.maxAgeMonths) {
    throw new DeeplasiaError(
      "ERR_DEEPLASIA_OPTION",
      `the youngest age (${recipe.minAgeMonths} months) is above the oldest (${recipe.maxAgeMonths})`,
      { remedy: "Exchange `minAgeMonths` and `maxAgeMonths`." },
    );
  }
  signal?.throwIfAborted();
  await claimFolder(out, { notice: SYNTHETIC_NOTICE, version: packageVersion(), ...recipe });
  useWorkers(numWorkers);
  const drawn = await DrawnRows.open(out, COLUMNS);
  const meter = new ProgressMeter(n);
  const rows: string[] = [];
  const rowOf = async (index: number) => {
    const row = drawn.row(index, pictureName(index));
    return row !== undefined && (await isDrawn(out, index))
      ? row
      : rowText(await drawOne(out, index, recipe));
  };
  for await (const row of mapInOrder(indices(n, signal), numWorkers, rowOf)) {
    await drawn.note(rows.length, row);
    rows.push(row);
    onProgress?.(meter.event(rows.length, 0));
  }
  if (rows.length < n) signal?.throwIfAborted();
  await writeFileAtomic(join(out, "splits.csv"), splitsCsv(recipe.seed, n));
  await writeFileAtomic(join(out, ANNOTATIONS_NAME), COLUMNS + rows.join(""));
  await drawn.close();
  return { drawn: n };
}

/** Whether both pictures are there: they are written whole or not at all. */
async function isDrawn(out: string, index: number): Promise<boolean> {
  const files = ["images", "masks"].map((part) => join(out, part, pictureName(index)));
  const found = await Promise.all(files.map((file) => stat(file).catch(() => null)));
  return found.every((each) => each !== null && each.size > 0);
}

async function* indices(n: number, signal: AbortSignal | undefined): AsyncGenerator<number> {
  for (let index = 0; index < n && signal?.aborted !== true; index++) yield index;
}

async function drawOne(out: string, index: number, recipe: Omit<PhantomOptions, "index">): Promise<Row> {
  const phantom = await native().drawPhantom({ ...recipe, index });
  const name = pictureName(index);
  await Promise.all([
    writePng(join(out, "images", name), phantom, phantom.image, phantom.depth),
    writePng(join(out, "masks", name), phantom, phantom.mask, 8),
  ]);
  const { width, height, depth, facts } = phantom;
  return { index, width, height, depth, facts };
}

/** The highest level takes five times as long and saves 1 %, because noise does not compress. */
const COMPRESSION_LEVEL = 4;

async function writePng(file: string, { width, height }: Phantom, data: Uint8Array, depth: 8 | 16) {
  const samples = depth === 16 ? new Uint16Array(data.buffer, data.byteOffset, data.length / 2) : data;
  const png = await sharp(samples, { raw: { width, height, channels: 1 } })
    .toColourspace(depth === 16 ? "grey16" : "b-w")
    .png({ compressionLevel: COMPRESSION_LEVEL })
    .toBuffer();
  native().release(data);
  await writeFileAtomic(file, png);
}

/** Returns a name of the same width for every n, so that a larger cohort has the same names as a smaller one. */
function pictureName(index: number): string {
  return `${String(index).padStart(6, "0")}.png`;
}

/** The columns of `annotations.csv`, and what they have of a row. */
const CELLS = {
  image_ID: ({ index }) => pictureName(index),
  dir: () => "",
  patient_ID: ({ index }) => index,
  sex: ({ facts }) => facts.sex,
  bone_age: ({ facts }) => facts.boneAgeMonths.toFixed(2),
  chronological_age: ({ facts }) => facts.ageMonths.toFixed(2),
  hand_length_mm: ({ facts }) => facts.handLengthMm.toFixed(1),
  pixel_mm: ({ facts }) => facts.pixelMm.toFixed(4),
  width: ({ width }) => width,
  height: ({ height }) => height,
  depth: ({ depth }) => depth,
  carpals: ({ facts }) => facts.carpals,
  epiphyses: ({ facts }) => facts.epiphyses,
  fused: ({ facts }) => facts.fused,
} satisfies Record<string, (row: Row) => string | number>;

const COLUMNS = stringify([Object.keys(CELLS)]);
const rowText = (row: Row) => stringify([Object.values(CELLS).map((cell) => cell(row))]);

/** Name of the scheme in `splits.csv`. */
export const SPLIT_COLUMN = "phantom";

function splitsCsv(seed: number, n: number): string {
  const rows = Array.from({ length: n }, (_, index) => ({
    patient_ID: index,
    dir: "",
    [SPLIT_COLUMN]: partOf(seed, index),
  }));
  return stringify(rows, { header: true });
}

/** Returns a part: 70 % train, 15 % val, 15 % test. It depends on the index alone, so it is the same in a larger cohort. */
function partOf(seed: number, index: number): "train" | "val" | "test" {
  const share = createHash("sha256").update(`${seed} ${index}`).digest().readUInt32BE(0) / 2 ** 32;
  return share < 0.7 ? "train" : share < 0.85 ? "val" : "test";
}
