/** Scales decoded pictures down for the cache. */
import sharp from "sharp";
import type { DecodedPicture } from "./decodedPicture.js";
import type { Role } from "./readPicture.js";
import { asSamples } from "./samples.js";

/**
 * Returns the picture with its longer side at most `longerSide` pixels; the picture itself if it is small enough. Pictures
 * are interpolated. Masks take the nearest pixel, so that no new value appears in them.
 */
export async function shrunk(
  picture: DecodedPicture,
  role: Role,
  longerSide: number,
): Promise<DecodedPicture> {
  const { data, width, height, channels, depth } = picture;
  const factor = longerSide / Math.max(width, height);
  if (factor >= 1) return picture;
  const side = (pixels: number) => Math.max(1, Math.round(pixels * factor));
  const colourspace = { 1: { 8: "b-w", 16: "grey16" }, 3: { 8: "srgb", 16: "rgb16" } } as const;
  const result = await sharp(asSamples(data, depth), { raw: { width, height, channels } })
    .resize(side(width), side(height), { fit: "fill", kernel: role === "mask" ? "nearest" : "linear" })
    .toColourspace(colourspace[channels][depth])
    .raw({ depth: depth === 8 ? "uchar" : "ushort" })
    .toBuffer({ resolveWithObject: true });
  return { ...picture, data: result.data, width: result.info.width, height: result.info.height };
}
