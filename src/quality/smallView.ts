/** A small copy of a picture and its mask: enough for all that needs no detail, and quick to walk through. */
import sharp, { type ResizeOptions } from "sharp";
import { asSamples } from "../image/samples.js";
import type { RawPicture } from "../native.js";

/** Longer side, pixels. */
const SIDE = 96;

export interface SmallView {
  width: number;
  height: number;
  /** Grey values, 0 to 1 of what the depth allows; samples of the picture, not means. */
  grey: Float32Array;
  /** 1 on the hand, else 0; 0 everywhere without a mask. */
  hand: Uint8Array;
  hasMask: boolean;
}

/** Returns a small copy of a picture with its mask, which has the picture's size. */
export async function smallView(picture: RawPicture, mask: RawPicture | null): Promise<SmallView> {
  const scale = Math.min(1, SIDE / Math.max(picture.width, picture.height));
  const width = Math.max(1, Math.round(picture.width * scale));
  const height = Math.max(1, Math.round(picture.height * scale));
  const size = { width, height, fit: "fill", kernel: "nearest" } as const;
  const grey = await samplesOf(picture, size);
  const marks = mask === null ? new Float32Array(grey.length) : await samplesOf(mask, size);
  const highest = marks.reduce((most, value) => Math.max(most, value), 0);
  const hand = Uint8Array.from(marks, (mark) => (mark > highest / 2 ? 1 : 0));
  return { width, height, grey, hand, hasMask: mask !== null };
}

async function samplesOf(
  { data, depth, width, height, channels }: RawPicture,
  size: ResizeOptions,
): Promise<Float32Array> {
  const samples = await sharp(asSamples(data, depth), { raw: { width, height, channels } })
    .resize(size)
    .toColourspace(depth === 8 ? "b-w" : "grey16")
    .raw({ depth: depth === 8 ? "uchar" : "ushort" })
    .toBuffer();
  return Float32Array.from(asSamples(samples, depth), (value) => value / (depth === 8 ? 255 : 65_535));
}
