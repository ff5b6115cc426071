/** A mask at the size of an annotated copy, which needs no more of it. */
import sharp from "sharp";
import type { Mask } from "../dicom/objects/finding.js";
import { asSamples } from "../image/samples.js";
import type { RawPicture } from "../native.js";

const SIDE = 1024;

export async function reducedMask({
  data,
  width,
  height,
  channels,
  depth,
}: Omit<RawPicture, "luma">): Promise<Mask> {
  const { data: small, info } = await sharp(asSamples(data, depth), { raw: { width, height, channels } })
    .resize({ width: SIDE, height: SIDE, fit: "inside", kernel: "nearest", withoutEnlargement: true })
    .toColourspace(depth === 8 ? "b-w" : "grey16")
    .raw({ depth: depth === 8 ? "uchar" : "ushort" })
    .toBuffer({ resolveWithObject: true });
  return { data: small, width: info.width, height: info.height, channels: info.channels, depth };
}
