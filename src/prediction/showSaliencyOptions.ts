// scripts/option-types.mjs writes this file from the schemas: change those, then `npm run docs`.
import type { BoneAgeModel } from "../model/boneAgeModel.js";
import type { HandMaskModel } from "../model/handMaskModel.js";
import type { PathArgument, PictureArgument } from "../options/library.js";
import type { SexWord } from "../words.js";

/** The options of `showSaliency`. */
export interface ShowSaliencyOptions {
  /** Sex of the child, which a model with a sex input needs unless a DICOM header states it or there is a `sexModel`: F or M, or another word of a CSV, or 1 for male and 0 for female; null, "" and "NA" for an unknown sex. */
  sex?: SexWord | null | undefined;
  /** A model with a sex head that predicts the sex where none is given, as loadModel gives it. */
  sexModel?: BoneAgeModel | undefined;
  /** The mask of the hand, as the picture is given; left out where there is none. */
  mask?: PictureArgument | undefined;
  /** A hand-mask model as `await loadHandMaskModel(file)` gives it, its file, "auto" (the bundled one where masks are needed and none are given) or "none". Default: `"auto"`. */
  maskModel?: HandMaskModel | PathArgument | undefined;
  /** Turn pictures whose fingers surely point down or aside, and invert those that surely have dark bone, where there is a mask; the column oriented has what was done. Default: `false`. */
  autoOrient?: boolean | undefined;
  /** Mirror the pictures left to right. Default: `false`. */
  flip?: boolean | undefined;
  /** Turn the pictures, degrees; positive is clockwise. Default: `0`. */
  rotationAngle?: number | undefined;
  /** Ends the call, which then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Find it by covering patches of the picture, which takes hundreds of forwards and no gradients; else Grad-CAM where the network has convolutions. Default: `false`. */
  occlude?: boolean | undefined;
}
