/** What is written about a picture: into a report, and burned into a copy. */

export interface Finding {
  /** Bone age, months. */
  ageMonths: number;
  /** The lines that are burned in, of the letters of `bitmapText.ts`. */
  lines: readonly string[];
  /** TID 4019: what gave the age. ASCII. */
  algorithm: { name: string; version: string; parameters: readonly string[] };
  /** What else makes it another result than one of the same age: the UIDs follow from it. */
  identity: string;
  /** The mask that was used; its outline is drawn. */
  mask: Mask | null;
  /** When it was predicted. */
  time: Date;
}

/** A decoded mask, row-major and interleaved: what is above half of its highest value is the hand. */
export interface Mask {
  data: Uint8Array;
  width: number;
  height: number;
  channels: number;
  /** Bits a sample. */
  depth: 8 | 16;
}

/** The files of the objects. */
export interface ObjectFiles {
  /** SOPInstanceUID of the picture that they are about. */
  instanceUid: string;
  report: Uint8Array;
  capture: Uint8Array;
}

export const RESEARCH_ONLY = "research only, not for diagnosis";
