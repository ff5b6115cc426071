/** The kinds of notes, each with its text for several pictures. */
export const NOTE_KINDS = {
  pages: "only one of several pages is read",
  channels: "channels beyond colour are ignored",
  transparent: "transparency is ignored",
  "white-is-0": "16-bit grey of which 0 is white",
  "alpha-as-mask": "the mask is in the alpha channel",
  "mask-of-all": "the mask marks every pixel",
  "mask-of-border": "the mask marks the border",
  "mask-of-little": "the mask marks next to nothing",
  "mask-of-labels": "the mask has more than two values",
  "mask-of-greys": "the mask is not black and white",
  negative: "the hand is darker than its surroundings",
  orientation: "picture and mask have different EXIF orientations",
  "other-sex": "a DICOM header that states the other sex",
  "no-window": "a DICOM file without a window or VOI LUT",
  "few-levels": "few grey levels remain of 16 bits",
} as const;

/** A note on one picture. */
export interface PictureNote {
  kind: keyof typeof NOTE_KINDS;
  /** The note for this file: "only page 1 of 3 is read". */
  text: string;
}
