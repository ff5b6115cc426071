/** A mask at the size of an annotated copy, which needs no more of it. */
import sharp from "sharp";
import type { Mask } from "../dicom/objects/finding.js";
import type { PictureInfo } from "../image/openPicture.js";

const SIDE = 1024;

/** `mask`: one byte a pixel. */
export async function reducedMask(
  mask: Uint8Array,
  { width, height }: Pick<PictureInfo, "width" | "height">,
): Promise<Mask> {
  const { data, info } = await sharp(mask, { raw: { width, height, channels: 1 } })
    .resize({ width: SIDE, height: SIDE, fit: "inside", kernel: "nearest", withoutEnlargement: true })
    .toColourspace("b-w")
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height, channels: info.channels, depth: 8 };
}
