/** Pictures: the image chain, and the batches that it fills. */
import type { BatchHandle } from "./handles.js";

/** A decoded picture as the decoder left it: row-major, interleaved; no tensor, just bytes. */
export interface RawPicture {
  /** 8-bit: one byte a sample; 16-bit: two, in the machine's byte order. Length = width * height * channels * depth / 8. */
  data: Uint8Array;
  width: number;
  height: number;
  channels: 1 | 3;
  depth: 8 | 16;
  /** Which integer formula makes grey of three channels: libpng's (PNG) or cvtColor's (everything else). */
  luma: "png" | "cvt";
}

/** What training adds to flip and rotation, as drawn for one picture. */
export interface Augmentation {
  /** All geometry in one sampling of the picture, instead of the reference's chain of pictures. */
  onePass: boolean;
  /** Above 1: the hand grows. */
  scaleX: number;
  scaleY: number;
  /** Fractions of width and height. */
  translateX: number;
  translateY: number;
  /** Degrees. */
  shearX: number;
  shearY: number;
  /** Share of the sharpened picture, and what is added to the middle of its kernel. */
  sharpening: { alpha: number; lightness: number } | null;
  /** Multiple of a flat histogram's height; 8-bit pictures only. At most one of this and gamma. */
  claheClipLimit: number | null;
  gammaPercent: number | null;
}

/** What native code shall do to one picture: complete and validated, native code has no defaults of its own. */
export interface ImagePlan {
  /** Size of the network's input. */
  height: number;
  width: number;
  /** `any`: 16-bit pictures keep their values and go on as float32; `8bit`: cut to value >> 8 on reading. */
  depth: "any" | "8bit";
  /** What is subtracted under a mask: the 1st percentile of the lit pixels, nothing, or what the reference's training did. */
  background: "percentile" | "none" | "reference-training";
  /** Side of the square cut round the mask, as a multiple of the mask's longer side; 0 or less: no crop. */
  maskCropSize: number;
  /** Histogram equalisation with that many bins before geometry; 0: off. */
  equalizeBins: number;
  flip: boolean;
  /** Degrees; positive turns clockwise on the screen. */
  rotationAngle: number;
  fit: "centre-square" | "stretch" | "pad";
  resize: "linear" | "area";
  /** Null in prediction. */
  augmentation: Augmentation | null;
}

/** What the image chain saw on its way; for reports and tests. */
export interface PictureFacts {
  width: number;
  height: number;
  /** 1st percentile before rounding, NaN where none was taken. */
  percentile: number;
  /** Largest value of a 16-bit picture that was cut to 8 bits; NaN of others. */
  highest: number;
  /** Share of all pixels, and of those at the four borders, that the mask marks: 0 to 1; NaN without a mask. */
  maskShare: number;
  maskBorder: number;
  /** Smallest and largest value of the resized picture. */
  min: number;
  max: number;
}

export interface Normalisation {
  method: "zscore" | "interval" | "none" | "fixed";
  /** `fixed` only: x / full scale (255 or 65535), minus mean, by sd; one value a channel. */
  mean: number[];
  sd: number[];
}

export interface ImageFunctions {
  /** Room for `capacity` pictures of [height, width] in native memory. */
  createBatch(capacity: number, height: number, width: number): BatchHandle;
  /** Run the image chain into one slot of a batch. Different slots may be filled at the same time. */
  fillSlot(
    batch: BatchHandle,
    slot: number,
    picture: RawPicture,
    mask: RawPicture | null,
    plan: ImagePlan,
  ): Promise<PictureFacts>;
  /** Fill a slot with what a mask network shall answer to the picture of the same plan: 1 on the hand, else 0. */
  fillTarget(batch: BatchHandle, slot: number, mask: RawPicture, plan: ImagePlan): Promise<void>;
  /** Slots of a batch as the network would see them, [slots, channels, H, W] float32. */
  readBatch(
    batch: BatchHandle,
    slots: Int32Array,
    channels: number,
    normalisation: Normalisation,
  ): Promise<Float32Array>;
  /**
   * Give the memory of a buffer back now: its bytes are gone, so no call may be reading it. A part of a larger buffer is
   * left alone.
   */
  release(data: Uint8Array): void;
}

export const IMAGE_FUNCTIONS = [
  "createBatch",
  "fillSlot",
  "fillTarget",
  "readBatch",
  "release",
] as const satisfies readonly (keyof ImageFunctions)[];
