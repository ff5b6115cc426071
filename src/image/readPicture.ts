/** Decoded pictures that are lent to callers, who give them back when they have run the image chain. */
import { native } from "../native.js";
import type { DecodedPicture, DecodeOptions } from "./decodedPicture.js";
import { decodePicture } from "./decodePicture.js";
import { readPacked } from "./packedPicture.js";
import { decodePlainPng } from "./plainPng.js";

export type Role = DecodeOptions["role"];

/** A decoded picture that must be given back. */
export interface LentPicture {
  picture: DecodedPicture;
  /** Gives the picture back. Call it once, when no native call reads the picture any more. */
  giveBack(): void;
}

/** Reads the picture in a file or in the bytes of one. Throws as `decodePicture`. */
export type ReadPicture = (source: string | Uint8Array, role: Role) => Promise<LentPicture>;

/** Lends a picture that has no other user. Its memory is released when it is given back. */
export function lentOnce(picture: DecodedPicture): LentPicture {
  return { picture, giveBack: () => native().release(picture.data) };
}

/** Reads the picture at each call, from its file or from an open pack; one of more than `maxPixels` is refused before. */
export const reading =
  (maxPixels?: number): ReadPicture =>
  async (source, role) => {
    const packed = typeof source === "string" ? await readPacked(source) : null;
    return lentOnce(packed ?? (await decodePicture(source, { role, maxPixels, plainPng: decodePlainPng })));
  };

/** Decodes the picture at each call. */
export const readAnew: ReadPicture = reading();
