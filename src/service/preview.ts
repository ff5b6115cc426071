/** A small copy of a picture that every browser can show. */
import sharp from "sharp";
import { readAnew } from "../image/readPicture.js";
import { asSamples } from "../image/samples.js";
import { type Turn, turned } from "../image/turned.js";

const SIDE = 1024;

/** A JPEG of the picture as it was predicted; 16 bits are stretched over the range that occurs. */
export async function previewOf(bytes: Uint8Array, turn: Turn): Promise<Buffer> {
  const { picture, giveBack } = await turned(await readAnew(bytes, "image"), turn);
  try {
    const { data, width, height, channels, depth } = picture;
    const small = sharp(asSamples(data, depth), {
      raw: { width, height, channels },
      limitInputPixels: false,
    }).resize({ width: SIDE, height: SIDE, fit: "inside", withoutEnlargement: true });
    const shown = depth === 16 ? small.normalise({ lower: 0, upper: 100 }) : small;
    return await shown
      .toColourspace(channels === 1 ? "b-w" : "srgb")
      .jpeg({ quality: 85 })
      .toBuffer();
  } finally {
    giveBack();
  }
}
