/** Samples to slots of a native batch: decode, then the native image chain, a bounded number at a time. */
import { DeeplasiaError, toDeeplasiaError } from "../errors.js";
import type { Contract } from "../model/contract.js";
import { type BatchHandle, type ImagePlan, native, type RawPicture } from "../native.js";
import { decodePicture } from "./decode.js";

export interface PictureSource {
  /** A file, or the bytes of one. */
  image: string | Uint8Array;
  mask: string | Uint8Array | null;
}

/** Normalisations that divide by what a constant picture has none of. */
const NEEDS_CONTRAST: readonly Contract["normalise"][] = ["zscore", "interval", "equalize"];

/**
 * Decode one picture and its mask and run the image chain into a slot.
 * Throws a DeeplasiaError that names the file.
 */
export async function fillSlot(
  batch: BatchHandle,
  slot: number,
  { image, mask }: PictureSource,
  plan: ImagePlan,
  contract: Contract,
): Promise<void> {
  const file = typeof image === "string" ? image : undefined;
  const decoded: RawPicture[] = [];
  const decode = async (source: string | Uint8Array, role: "image" | "mask") => {
    const picture = await decodePicture(source, { role });
    decoded.push(picture);
    return picture;
  };
  try {
    const picture = await decode(image, "image");
    const { min, max } = await native().fillSlot(
      batch,
      slot,
      picture,
      mask === null ? null : await decode(mask, "mask"),
      plan,
    );
    if (min === max && NEEDS_CONTRAST.includes(contract.normalise)) {
      throw new DeeplasiaError(
        "ERR_DEEPLASIA_IMAGE_BLANK",
        `the picture has one grey value (${min}) after preprocessing, so that it cannot be normalised`,
      );
    }
  } catch (error) {
    throw toDeeplasiaError(error).at({ file });
  } finally {
    for (const { data } of decoded) native().release(data);
  }
}
