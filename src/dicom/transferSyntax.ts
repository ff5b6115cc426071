/** How the pixels of a DICOM file are stored, by the UID of its transfer syntax (DICOM PS3.5 and PS3.6). */

/** Transfer syntaxes whose elements are read in a way of their own. */
export const SYNTAX = {
  implicit: "1.2.840.10008.1.2",
  explicit: "1.2.840.10008.1.2.1",
  deflated: "1.2.840.10008.1.2.1.99",
  bigEndian: "1.2.840.10008.1.2.2",
} as const;

export type Codec = "raw" | "rle" | "jpeg" | "jpeg-ls" | "jpeg-2000" | "htj2k";

const CODECS: Readonly<Record<string, Codec>> = {
  [SYNTAX.implicit]: "raw",
  [SYNTAX.explicit]: "raw",
  [SYNTAX.deflated]: "raw",
  [SYNTAX.bigEndian]: "raw",
  "1.2.840.10008.1.2.5": "rle",
  "1.2.840.10008.1.2.4.50": "jpeg",
  "1.2.840.10008.1.2.4.51": "jpeg",
  "1.2.840.10008.1.2.4.57": "jpeg",
  "1.2.840.10008.1.2.4.70": "jpeg",
  "1.2.840.10008.1.2.4.80": "jpeg-ls",
  "1.2.840.10008.1.2.4.81": "jpeg-ls",
  "1.2.840.10008.1.2.4.90": "jpeg-2000",
  "1.2.840.10008.1.2.4.91": "jpeg-2000",
  "1.2.840.10008.1.2.4.201": "htj2k",
  "1.2.840.10008.1.2.4.202": "htj2k",
  "1.2.840.10008.1.2.4.203": "htj2k",
};

/** Returns the codec of a transfer syntax, or null for one that is not read (video, JPIP, JPEG XL, private ones). */
export const codecOf = (transferSyntax: string): Codec | null => CODECS[transferSyntax] ?? null;
