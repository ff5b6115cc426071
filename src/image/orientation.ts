/** Finds a picture and mask that have different orientations, in EXIF or in their pixels. */
import { DeeplasiaError } from "../errors.js";
import type { DecodedPicture } from "./decodedPicture.js";
import type { PictureNote } from "./pictureNote.js";

const orientations = (picture: DecodedPicture, mask: DecodedPicture) =>
  `the picture has EXIF orientation ${picture.orientation}, its mask ${mask.orientation} (1 is upright)`;

/**
 * Returns a note if the EXIF orientations differ. Each file was turned by its own orientation, which is right if the mask
 * was drawn on the picture as a viewer shows it.
 */
export function notesOfTurn(picture: DecodedPicture, mask: DecodedPicture): PictureNote[] {
  if (picture.orientation === mask.orientation) return [];
  return [{ kind: "orientation", text: `${orientations(picture, mask)}: the mask may not fit` }];
}

/** Adds the orientations to an error about the mask's size; returns other errors unchanged. */
export function withTurn(
  error: DeeplasiaError,
  picture: DecodedPicture,
  mask: DecodedPicture,
): DeeplasiaError {
  const liesAcross = picture.width === mask.height && picture.height === mask.width;
  const differs = picture.orientation !== mask.orientation;
  if (error.code !== "ERR_DEEPLASIA_MASK_SIZE" || !(liesAcross || differs)) return error;
  const why = differs ? orientations(picture, mask) : "the mask is turned by 90 degrees";
  return new DeeplasiaError(error.code, `${error.message}; ${why}`, {
    file: error.file,
    remedy:
      "Turn the mask to the orientation in which the picture is displayed, and save it without EXIF orientation.",
    cause: error,
  });
}
