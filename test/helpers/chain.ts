import {
  type Augmentation,
  type ImagePlan,
  type Normalisation,
  native,
  type PictureFacts,
  type RawPicture,
} from "../../src/native.js";

export interface Seen {
  facts: PictureFacts;
  /** [1, 1, H, W] as the network would see it. */
  values: Float32Array;
}

/** A plan that changes nothing but the size. */
export function plainPlan(height: number, width: number): ImagePlan {
  return {
    height,
    width,
    depth: "any",
    background: "none",
    maskCropSize: -1,
    equalizeBins: 0,
    flip: false,
    rotationAngle: 0,
    fit: "stretch",
    resize: "linear",
    augmentation: null,
  };
}

/** Augmentation that changes nothing. */
export const UNCHANGED: Augmentation = {
  onePass: false,
  scaleX: 1,
  scaleY: 1,
  translateX: 0,
  translateY: 0,
  shearX: 0,
  shearY: 0,
  sharpening: null,
  claheClipLimit: null,
  gammaPercent: null,
};

/** One picture through the native image chain and the normalisation. */
export async function runChain(
  picture: RawPicture,
  mask: RawPicture | null,
  plan: ImagePlan,
  method: Normalisation["method"] = "none",
): Promise<Seen> {
  const batch = native().createBatch(1, plan.height, plan.width);
  try {
    const facts = await native().fillSlot(batch, 0, picture, mask, plan);
    const values = await native().readBatch(batch, Int32Array.of(0), 1, { method, mean: [0], sd: [1] });
    return { facts, values };
  } finally {
    await native().dispose(batch);
  }
}
