/** Derives from a model's contract what native code does to a picture. No other file does. */
import type { PictureContract } from "../contract/contract.js";
import type { ImagePlan, Normalisation } from "../native.js";
import type { PictureChange } from "./changedPicture.js";

/** The fields of a contract that decide what native code does to a picture before it is normalised. */
export type PlanFields = Pick<
  PictureContract,
  "inputSize" | "fit" | "resize" | "normalise" | "equalizeBins" | "maskCropSize" | "subtractBackground"
> &
  Partial<Pick<PictureContract, "depth" | "matchHistogramRounding">>;

/** A fixed transformation of the picture, for test-time augmentation and for tests of robustness. */
export interface View {
  flip: boolean;
  /** Degrees; positive turns clockwise on the screen. */
  rotationAngle: number;
  /** What is done to its grey values before all else. */
  change?: PictureChange | undefined;
}

/** Returns what native code does to a picture before it is normalised; `counts`: the histogram that it is matched to. */
export function imagePlan(
  contract: PlanFields,
  view: View,
  counts: readonly number[] | null = null,
): ImagePlan {
  const [, height, width] = contract.inputSize;
  const bins = contract.normalise === "equalize" ? (contract.equalizeBins ?? 0) : 0;
  return {
    height,
    width,
    // The reference's equalisation reads 8-bit grey for up to 256 bins, and keeps the file's depth for more.
    depth: contract.depth === "8" || (bins > 0 && bins <= 256) ? "8bit" : "any",
    background: contract.subtractBackground ? "percentile" : "none",
    maskCropSize: contract.maskCropSize,
    equalizeBins: bins,
    flip: view.flip,
    rotationAngle: view.rotationAngle,
    fit: contract.fit,
    resize: contract.resize,
    augmentation: null,
    cut: null,
    matching: counts === null ? null : { counts, truncates: contract.matchHistogramRounding === "truncate" },
  };
}

/** Returns how native code normalises a batch. */
export function normalisation(contract: PictureContract): Normalisation {
  return {
    method: contract.normalise === "equalize" ? "none" : contract.normalise,
    mean: contract.normaliseMean ?? [0],
    sd: contract.normaliseSd ?? [1],
  };
}
