/** A sheet of augmented pictures, as the network would see them. */
import sharp from "sharp";
import type { ReadySample } from "../data/sample.js";
import { DeeplasiaError } from "../errors.js";
import { MAX_PIXELS } from "../image/decodedPicture.js";
import { fillSlots, whyUnusable } from "../image/fillSlots.js";
import type { PlanFields } from "../image/imagePlan.js";
import { imagePlan } from "../image/imagePlan.js";
import { type BatchHandle, type ImagePlan, type Normalisation, native } from "../native.js";
import type { AugmentationSettings } from "../options/train/dataSettings.js";
import { Random } from "../random.js";
import { drawAugmentation } from "./drawAugmentation.js";
import { type SheetRow, sheetSize } from "./sheet.js";
import { requireAugmentable, trainingPlan } from "./trainingPlan.js";

export interface PreviewOptions {
  contract: PlanFields;
  augmentation: AugmentationSettings;
  seed: number;
  /** The first epoch that is shown. */
  epoch: number;
  /** Epochs shown of each picture. */
  columns: number;
}

/** The plans of a row's tiles: the picture as prediction sees it, then as training sees it in each epoch. */
function tilePlans(
  row: number,
  { contract, augmentation, seed, epoch, columns }: PreviewOptions,
): ImagePlan[] {
  const plain = imagePlan(contract, { flip: false, rotationAngle: 0 });
  const drawn = Array.from({ length: columns }, (_, i) => {
    const view = drawAugmentation(augmentation, new Random("augmentation", seed, epoch + i, row));
    return trainingPlan(contract, view, augmentation);
  });
  return [plain, ...drawn];
}

/** Throws ERR_DEEPLASIA_OPTION for a sheet that is too large, or augmentation that is not possible. */
export function requirePreviewable(rows: number, { contract, augmentation, columns }: PreviewOptions): void {
  requireAugmentable(contract, augmentation);
  const [, height, width] = contract.inputSize;
  const sheet = sheetSize(rows, columns + 1, { width, height });
  const pixels = sheet.width * sheet.height;
  if (pixels <= MAX_PIXELS) return;
  throw new DeeplasiaError(
    "ERR_DEEPLASIA_OPTION",
    `the sheet would have ${pixels} pixels; the limit is ${MAX_PIXELS}`,
    { remedy: "Show fewer pictures (`n`), fewer epochs (`columns`), or a smaller `data.input_size`." },
  );
}

/** Captions of the columns: the picture as prediction sees it, then the numbers of the epochs. */
export function columnCaptions({ epoch, columns }: PreviewOptions): string[] {
  return ["not augmented", ...Array.from({ length: columns }, (_, i) => `epoch ${epoch + i}`)];
}

/**
 * One row of the sheet: one PNG per tile, 8-bit grey, stretched from its darkest to its brightest pixel. The reference's
 * normalisations differ from that only by a factor and an offset.
 *
 * @throws DeeplasiaError that names the file, if the picture or its mask cannot be used.
 */
export async function previewRow(sample: ReadySample, options: PreviewOptions): Promise<SheetRow> {
  const { contract } = options;
  const [, height, width] = contract.inputSize;
  const targets = tilePlans(sample.row, options).map((plan) => ({
    batch: native().createBatch(1, height, width),
    plan,
  }));
  try {
    const source = { image: sample.imagePath, mask: sample.maskPath };
    const all = await fillSlots(targets, 0, source);
    for (const filled of all) {
      const error = whyUnusable(filled, contract);
      if (error !== undefined) throw error.at({ file: sample.imagePath });
    }
    const notes = all.flatMap((filled) => ("notes" in filled ? filled.notes.map(({ text }) => text) : []));
    const tiles = await Promise.all(targets.map(({ batch }) => tile(batch, height, width)));
    const name = [sample.dir, sample.imageId].filter(Boolean).join("/");
    return { caption: `${sample.row}: ${name}`, notes: [...new Set(notes)], tiles };
  } finally {
    await Promise.all(targets.map(({ batch }) => native().dispose(batch)));
  }
}

async function tile(batch: BatchHandle, height: number, width: number): Promise<Buffer> {
  const stretched: Normalisation = { method: "interval", mean: [], sd: [] };
  const values = await native().readBatch(batch, Int32Array.of(0), 1, stretched);
  const grey = Uint8ClampedArray.from(values, (value) => 255 * value);
  return sharp(grey, { raw: { width, height, channels: 1 } })
    .toColourspace("b-w")
    .png()
    .toBuffer();
}
