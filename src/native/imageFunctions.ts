/** Functions for pictures: the image chain and the batches that it fills. */
import type { BatchHandle } from "./handles.js";

/** A decoded picture: bytes, row-major, interleaved. */
export interface RawPicture {
  /** 8-bit: one byte a sample; 16-bit: two, in the machine's byte order. Length = width * height * channels * depth / 8. */
  data: Uint8Array;
  width: number;
  height: number;
  channels: 1 | 3;
  depth: 8 | 16;
  /** The integer formula that converts three channels to grey: libpng's (PNG) or cvtColor's (all other formats). */
  luma: "png" | "cvt";
}

/** A grey picture. */
export type GreyPicture = Pick<RawPicture, "data" | "width" | "height" | "depth">;

/** The augmentation of one picture in training, in addition to flip and rotation. */
export interface Augmentation {
  /** Whether all geometry is done in one sampling of the picture, instead of several as in the reference. */
  onePass: boolean;
  /** Above 1 the hand grows. */
  scaleX: number;
  scaleY: number;
  /** Fractions of width and height. */
  translateX: number;
  translateY: number;
  /** Degrees. */
  shearX: number;
  shearY: number;
  /** Share of the sharpened picture, and the value that is added to the centre of its kernel. */
  sharpening: { alpha: number; lightness: number } | null;
  /** Clip limit as a multiple of a flat histogram's height, for 8-bit pictures only. At most one of this and gamma is set. */
  claheClipLimit: number | null;
  gammaPercent: number | null;
}

/** What native code does to one picture. Complete and validated, because native code has no defaults. */
export interface ImagePlan {
  /** Size of the network's input. */
  height: number;
  width: number;
  /** `any`: 16-bit pictures keep their values, as float32; `8bit`: they are cut to value >> 8 when they are read. */
  depth: "any" | "8bit";
  /** What is subtracted under a mask: the 1st percentile of the lit pixels, nothing, or the value of the reference's training. */
  background: "percentile" | "none" | "reference-training";
  /** Side of the square crop around the mask, as a multiple of the mask's longer side; 0 or less for no crop. */
  maskCropSize: number;
  /** Bins of the histogram equalisation before geometry; 0 for none. */
  equalizeBins: number;
  flip: boolean;
  /** Degrees; positive turns clockwise on the screen. */
  rotationAngle: number;
  fit: "centre-square" | "stretch" | "pad" | "pad-after-resize";
  resize: "linear" | "area";
  /** Null in prediction. */
  augmentation: Augmentation | null;
  /** A box in the upright picture that is cut out, pixels, in place of the crop round the mask. */
  cut?: { x: number; y: number; width: number; height: number } | null;
  /** What the histogram of an 8-bit picture is matched to: how often each of the 256 levels occurs in the reference. */
  matching?: { counts: readonly number[]; truncates: boolean } | null;
}

/** What the image chain measured, for notes and tests. */
export interface PictureFacts {
  width: number;
  height: number;
  /** 1st percentile before rounding; NaN if it was not computed. */
  percentile: number;
  /** Largest value of a 16-bit picture that was cut to 8 bits; NaN for other pictures. */
  highest: number;
  /** Share of all pixels that the mask marks, 0 to 1; NaN without a mask. */
  maskShare: number;
  /** Share of the pixels at the four borders that the mask marks, 0 to 1; NaN without a mask. */
  maskBorder: number;
  /** Smallest and largest value of the resized picture. */
  min: number;
  max: number;
}

/** How a batch is normalised. */
export interface Normalisation {
  method: "zscore" | "interval" | "none" | "fixed";
  /** For `fixed`: (x / full scale - mean) / sd, with full scale 255 or 65535; one value per channel. */
  mean: number[];
  sd: number[];
}

export interface ImageFunctions {
  /** Allocates native memory for `capacity` pictures of [height, width]. */
  createBatch(capacity: number, height: number, width: number): BatchHandle;
  /**
   * Decodes the bytes of a PNG of a plain kind: not interlaced, without alpha, grey, 8-bit RGB or with a palette. Resolves to
   * null for any other file, for more than `maxPixels` pixels, and for a PNG with any fault. `luma` is "png".
   */
  decodePng(bytes: Uint8Array, maxPixels: number): Promise<Omit<RawPicture, "luma"> | null>;
  /** Runs the image chain into one slot of a batch. Different slots may be filled at the same time. */
  fillSlot(
    batch: BatchHandle,
    slot: number,
    picture: RawPicture,
    mask: RawPicture | null,
    plan: ImagePlan,
  ): Promise<PictureFacts>;
  /**
   * Runs the first steps of the image chain: up to the crop round the mask, or with `wholeChain` all of it, which is an error
   * where the network's input is not whole grey levels.
   */
  preparePicture(
    picture: RawPicture,
    mask: RawPicture | null,
    plan: ImagePlan,
    wholeChain: boolean,
  ): Promise<GreyPicture & { facts: PictureFacts }>;
  /**
   * Fills a slot with the target of a mask network for a picture of that size and plan: 1 on the hand, else 0. A mask of
   * another size is an error.
   */
  fillTarget(
    batch: BatchHandle,
    slot: number,
    mask: RawPicture,
    size: { width: number; height: number },
    plan: ImagePlan,
  ): Promise<void>;
  /** Resolves to slots of a batch as the network's input, [slots, channels, H, W] float32. */
  readBatch(
    batch: BatchHandle,
    slots: Int32Array,
    channels: number,
    normalisation: Normalisation,
  ): Promise<Float32Array>;
  /**
   * Frees the memory of a buffer now. No call may still be reading it. Does nothing for a part of a larger buffer.
   */
  release(data: Uint8Array): void;
}

export const IMAGE_FUNCTIONS = [
  "createBatch",
  "decodePng",
  "fillSlot",
  "fillTarget",
  "preparePicture",
  "readBatch",
  "release",
] as const satisfies readonly (keyof ImageFunctions)[];
