/** The only place where a model's contract meets a picture: what native code shall do to it. */
import type { PictureContract } from "../contract/contract.js";
import type { ImagePlan, Normalisation } from "../native.js";

/** The fields of a contract that decide what is done to a picture before it is normalised. */
export type PlanFields = Pick<
  PictureContract,
  "inputSize" | "fit" | "resize" | "normalise" | "equalizeBins" | "maskCropSize" | "subtractBackground"
>;

/** Fixed changes of the view, for test-time augmentation. */
export interface View {
  flip: boolean;
  /** Degrees; positive turns clockwise on the screen. */
  rotationAngle: number;
}

export function imagePlan(contract: PlanFields, view: View): ImagePlan {
  const [, height, width] = contract.inputSize;
  const bins = contract.normalise === "equalize" ? (contract.equalizeBins ?? 0) : 0;
  return {
    height,
    width,
    // Up to 256 grey levels the reference's equalisation reads 8-bit grey, with more it keeps the file's depth.
    depth: bins > 0 && bins <= 256 ? "8bit" : "any",
    background: contract.subtractBackground ? "percentile" : "none",
    maskCropSize: contract.maskCropSize,
    equalizeBins: bins,
    flip: view.flip,
    rotationAngle: view.rotationAngle,
    fit: contract.fit,
    resize: contract.resize,
    augmentation: null,
  };
}

export function normalisation(contract: PictureContract): Normalisation {
  return {
    method: contract.normalise === "equalize" ? "none" : contract.normalise,
    mean: contract.normaliseMean ?? [0],
    sd: contract.normaliseSd ?? [1],
  };
}
