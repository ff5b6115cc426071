/** Turns decoded pictures by quarters, as a reader would turn a film. */
import sharp from "sharp";
import { type LentPicture, lentOnce } from "./readPicture.js";
import { asSamples } from "./samples.js";

/** Degrees clockwise. */
export const TURNS = [0, 90, 180, 270] as const;
export type Turn = (typeof TURNS)[number];

const COLOURSPACE = { 1: { 8: "b-w", 16: "grey16" }, 3: { 8: "srgb", 16: "rgb16" } } as const;

/** Returns the picture turned, and gives the one that was lent back. No sample changes its value. */
export async function turned(lent: LentPicture, turn: Turn): Promise<LentPicture> {
  if (turn === 0) return lent;
  const { picture, giveBack } = lent;
  const { data, width, height, channels, depth } = picture;
  try {
    const result = await sharp(asSamples(data, depth), {
      raw: { width, height, channels },
      limitInputPixels: false,
    })
      .rotate(turn)
      .toColourspace(COLOURSPACE[channels][depth])
      .raw({ depth: depth === 8 ? "uchar" : "ushort" })
      .toBuffer({ resolveWithObject: true });
    const { info } = result;
    return lentOnce({ ...picture, data: result.data, width: info.width, height: info.height });
  } finally {
    giveBack();
  }
}
