/** Decoded pictures, lent to whoever runs the image chain on them. */
import { native } from "../native.js";
import { type DecodedPicture, type DecodeOptions, decodePicture } from "./decodePicture.js";

export type Role = DecodeOptions["role"];

export interface LentPicture {
  picture: DecodedPicture;
  /** To be called once, when no native call reads the picture any more. */
  giveBack(): void;
}

/** Gives a file's picture, or that of a file's bytes. Throws as `decodePicture`. */
export type ReadPicture = (source: string | Uint8Array, role: Role) => Promise<LentPicture>;

/** A picture that nobody else knows: its memory is free as soon as it is given back. */
export function lentOnce(picture: DecodedPicture): LentPicture {
  return { picture, giveBack: () => native().release(picture.data) };
}

/** Decodes each time. */
export const readAnew: ReadPicture = async (source, role) => lentOnce(await decodePicture(source, { role }));
