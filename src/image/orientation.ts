/** A picture and its mask that are turned differently, by EXIF or in fact. */
import { DeeplasiaError } from "../errors.js";
import type { DecodedPicture } from "./decodePicture.js";
import type { PictureNote } from "./pictureNotes.js";

const orientations = (picture: DecodedPicture, mask: DecodedPicture) =>
  `the picture is turned by EXIF orientation ${picture.orientation}, its mask by ${mask.orientation} (1: not at all)`;

/** Both were made upright, each by its own; right where the mask was drawn on the picture as it is shown. */
export function notesOfTurn(picture: DecodedPicture, mask: DecodedPicture): PictureNote[] {
  if (picture.orientation === mask.orientation) return [];
  return [{ kind: "orientation", text: `${orientations(picture, mask)}: do they still fit?` }];
}

/** An error about sizes, with what turning has to do with it; any other as it is. */
export function withTurn(
  error: DeeplasiaError,
  picture: DecodedPicture,
  mask: DecodedPicture,
): DeeplasiaError {
  const liesAcross = picture.width === mask.height && picture.height === mask.width;
  const differs = picture.orientation !== mask.orientation;
  if (error.code !== "ERR_DEEPLASIA_MASK_SIZE" || !(liesAcross || differs)) return error;
  const why = differs ? orientations(picture, mask) : "the mask lies across";
  return new DeeplasiaError(error.code, `${error.message}; ${why}`, {
    file: error.file,
    remedy: "Turn the mask as the picture is shown, and save it without EXIF orientation.",
    cause: error,
  });
}
