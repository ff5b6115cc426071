/** A model as an argument of a public function. */

import { z } from "zod";
import { DeeplasiaError } from "../errors.js";
import { pathArgument } from "../options/library.js";
import { requireArgument } from "../schema/checkValue.js";
import { BoneAgeModel } from "./boneAgeModel.js";
import { HandMaskModel } from "./handMaskModel.js";

export const modelArgument = z
  .custom<BoneAgeModel>((value) => value instanceof BoneAgeModel, "must be a model")
  .meta({ description: "a model, as `await loadModel(file)` gives it", typescript: "BoneAgeModel" });

/** What makes the masks of pictures without one: a hand-mask model, its file, `auto` or `none`. */
export const maskModelArgument = z
  .union([z.instanceof(HandMaskModel), pathArgument], {
    error: 'must be a hand-mask model, its file, "auto" or "none"',
  })
  .meta({
    changesOutput: false,
    typescript: "HandMaskModel | PathArgument",
    description:
      'a hand-mask model as `await loadHandMaskModel(file)` gives it, its file, "auto" (the bundled one where masks are needed and none are given) or "none"',
  });

/** Throws ERR_DEEPLASIA_OPTION for a value that is not a model, ERR_DEEPLASIA_DISPOSED for a disposed model. */
export function requireModel(name: string, value: unknown): BoneAgeModel {
  const model = requireArgument(name, modelArgument, value);
  requireLive(name, model);
  return model;
}

/** Throws ERR_DEEPLASIA_DISPOSED for a disposed model. */
export function requireLive(name: string, { file, isDisposed }: BoneAgeModel | HandMaskModel): void {
  if (!isDisposed) return;
  throw new DeeplasiaError("ERR_DEEPLASIA_DISPOSED", `${name} (${file}) was disposed of`, { file });
}
