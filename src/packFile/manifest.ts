import type { ImagePlan } from "../native/imageFunctions.js";

/** What a pack holds of each picture: the part round the mask (without masks all of it), or the network's input. */
export type Kept = "crop" | "input";

/** What a pack states of itself, as JSON. */
export interface PackManifest {
  /** Version of the package that wrote it. */
  writtenBy: string;
  keep: Kept;
  /** Whether a mask was applied to the pictures. */
  isMasked: boolean;
  /** What was done to them: the steps up to the crop, or all of it. */
  plan: ImagePlan;
  /** The contract that this follows from. */
  contract: unknown;
  /** SHA-256 of the model's file, hex. */
  model: string;
  /** SHA-256 of the hand-mask model that made masks; null where none did. */
  maskModel: string | null;
  /** Root of the pictures, for messages about rows without one. */
  imgDir: string;
  /** SHA-256 of the annotation CSV, hex. */
  annotations: string;
  /** The rows that the pack has, of those of the CSV, from 0; `to` is not in it. */
  rows: { from: number; to: number; of: number };
}

/** How a picture from a pack was made. */
export interface Packed {
  /** The pack's file. */
  file: string;
  manifest: PackManifest;
  /** Bits of a sample of the file that it was made from; null: any, for a check of the pack as a whole. */
  sourceDepth: number | null;
}
