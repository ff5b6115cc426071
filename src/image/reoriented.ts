/** A decoded picture, turned by quarters or inverted. */
import sharp from "sharp";
import type { DecodedPicture } from "./decodedPicture.js";
import { asSamples } from "./samples.js";

/** Degrees clockwise by which a picture is turned, or that its grey values are inverted. */
export type Orientation = "90" | "180" | "270" | "inverted";

const COLOURSPACE = { 1: { 8: "b-w", 16: "grey16" }, 3: { 8: "srgb", 16: "rgb16" } } as const;

/** Returns a picture to which all of it was done; samples are moved and inverted exactly. */
export async function reoriented(
  picture: DecodedPicture,
  how: readonly Orientation[],
): Promise<DecodedPicture> {
  const { data, width, height, channels, depth } = picture;
  const turn = how.find((one) => one !== "inverted");
  const opened = sharp(asSamples(data, depth), { raw: { width, height, channels }, limitInputPixels: false });
  const turned = turn === undefined ? opened : opened.rotate(Number(turn));
  const inverted = how.includes("inverted") ? turned.negate({ alpha: false }) : turned;
  const { data: samples, info } = await inverted
    .toColourspace(COLOURSPACE[channels][depth])
    .raw({ depth: depth === 8 ? "uchar" : "ushort" })
    .toBuffer({ resolveWithObject: true });
  return { ...picture, data: samples, width: info.width, height: info.height };
}
