/** Pictures of what the networks were given, as files: what a cropper cut out, and what histogram matching made of it. */
import { basename, extname, join } from "node:path";
import sharp from "sharp";
import { makeFolder } from "../../files/makeFolder.js";
import { outputError } from "../../files/outputError.js";
import { writeFileAtomic } from "../../files/writeFileAtomic.js";
import type { CropBox } from "../../model/cropperModel.js";
import { type Normalisation, native, type RawPicture } from "../../native.js";
import type { Block, BlockRow, PictureStage } from "../block.js";
import type { InputKind } from "../inputPlans.js";

/** Writes `<picture>.input<k>.png` for the kth kind of input, and `<picture>.box.png` with the box that was cut out. */
export function keepInputs(folder: string, kinds: () => readonly InputKind[]): PictureStage {
  return async (row, open, block) => {
    const { image } = row.subject.source;
    const stem = typeof image === "string" ? basename(image, extname(image)) : `picture${row.slot}`;
    await makeFolder(folder);
    try {
      if (row.box !== null)
        await writeFileAtomic(join(folder, `${stem}.box.png`), await withBox(open.picture, row.box));
      for (const [kind, filled] of row.filled.entries()) {
        if (filled instanceof Error) continue;
        const png = await inputOf(row, block, kind, kinds()[kind]!);
        await writeFileAtomic(join(folder, `${stem}.input${kind}.png`), png);
      }
    } catch (error) {
      throw outputError(error, folder);
    }
  };
}

/** The grey values of an input before they are normalised; those of 16-bit pictures by their high bytes. */
async function inputOf(
  row: BlockRow,
  { batches }: Block,
  kind: number,
  { plan }: InputKind,
): Promise<Buffer> {
  const how: Normalisation = { method: "none", mean: [0], sd: [1] };
  const values = await native().readBatch(batches[kind]!, Int32Array.of(row.slot), 1, how);
  const isDeep = row.picture?.depth === 16 && plan.depth === "any";
  const grey = Uint8Array.from(values, (value) => Math.round(isDeep ? value / 257 : value));
  return sharp(grey, { raw: { width: plan.width, height: plan.height, channels: 1 } })
    .toColourspace("b-w")
    .png()
    .toBuffer();
}

/** The picture with a frame round a box. */
function withBox({ data, width, height, channels, depth }: RawPicture, box: CropBox): Promise<Buffer> {
  const bytes = depth === 8 ? data : highBytes(data);
  const line = Math.max(1, Math.round(Math.max(width, height) / 300));
  const frame =
    `<svg width="${width}" height="${height}"><rect x="${box.x}" y="${box.y}" width="${box.width}" ` +
    `height="${box.height}" fill="none" stroke="red" stroke-width="${line}"/></svg>`;
  return sharp(bytes, { raw: { width, height, channels } })
    .toColourspace("srgb")
    .composite([{ input: Buffer.from(frame) }])
    .png()
    .toBuffer();
}

/** The high bytes of 16-bit samples in the machine's byte order. */
function highBytes(data: Uint8Array): Uint8Array {
  const first = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 1 : 0;
  return Uint8Array.from({ length: data.length / 2 }, (_, i) => data[2 * i + first]!);
}
