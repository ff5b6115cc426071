/** What decoding takes and returns. */
import type { PatientFacts } from "../dicom/patient.js";
import type { RawPicture } from "../native.js";
import type { Packed } from "../packFile/manifest.js";
import type { PictureNote } from "./pictureNote.js";

/** Number of pixels of the largest picture that is decoded: 16383 x 16383. */
export const MAX_PIXELS = 0x3fff ** 2;

/** The options of `decodePicture`. */
export interface DecodeOptions {
  /** Whether the file is a picture or a mask. Decides error codes and messages, and the meaning of alpha. */
  role: "image" | "mask";
  /** Name in messages of a source that is given as bytes. */
  name?: string | undefined;
  /** Most pixels; a larger picture is refused before it is decoded. Default `MAX_PIXELS`. */
  maxPixels?: number | undefined;
  /** Tried first on a PNG. What it returns null for is left to sharp, which decides about damaged files. Default none. */
  plainPng?: ((bytes: Uint8Array, maxPixels: number) => Promise<DecodedPicture | null>) | undefined;
}

/** A decoded picture. */
export interface DecodedPicture extends RawPicture {
  /** Notes for the user; the picture is usable nevertheless. */
  notes: readonly PictureNote[];
  /** EXIF orientation of the file, 1 to 8. It has been applied. */
  orientation: number;
  /** What a DICOM header states of the patient; other formats state nothing. */
  patient?: PatientFacts;
  /** How it was made, where it is from a pack. */
  packed?: Packed;
}
