/** A model as an argument of a public function. */

import { z } from "zod";
import { DeeplasiaError } from "../errors.js";
import { requireArgument } from "../schema/checkValue.js";
import { BoneAgeModel } from "./model.js";

export const modelArgument = z
  .custom<BoneAgeModel>((value) => value instanceof BoneAgeModel, "must be a model")
  .meta({ description: "a model, as `await loadModel(file)` gives it" });

/** Throws ERR_DEEPLASIA_OPTION for a value that is not a model, ERR_DEEPLASIA_DISPOSED for a disposed model. */
export function requireModel(name: string, value: unknown): BoneAgeModel {
  const model = requireArgument(name, modelArgument, value);
  if (!model.isDisposed) return model;
  const { file } = model;
  throw new DeeplasiaError("ERR_DEEPLASIA_DISPOSED", `${name} (${file}) was disposed of`, { file });
}
