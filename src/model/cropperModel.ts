/** A network that finds the box of the hand in a picture, on a device. */
import type { CropperContract } from "../contract/contract.js";
import { DeeplasiaError } from "../errors.js";
import { imagePlan, normalisation } from "../image/imagePlan.js";
import { type BatchHandle, type ModelHandle, native, type RawPicture } from "../native.js";
import type { DeviceChoice } from "./device.js";

/** A box in the upright picture, pixels. */
export interface CropBox {
  /** First column. */
  x: number;
  /** First row. */
  y: number;
  /** Number of columns; what lies beyond the edge falls away. */
  width: number;
  /** Number of rows. */
  height: number;
}

const UPRIGHT = { flip: false, rotationAngle: 0 };
/** x, y, width and height, as fractions of the picture. */
const COORDINATES = 4;

/** Pixels from fractions: multiplied in float32 and cut to whole ones, as the published code does. */
export function boxOf(
  fractions: Float32Array,
  { width, height }: Pick<RawPicture, "width" | "height">,
): CropBox {
  const [x, y, w, h] = Array.from(fractions, (fraction, i) =>
    Math.trunc(Math.fround(fraction * Math.fround(i % 2 === 0 ? width : height))),
  ) as [number, number, number, number];
  return { x, y, width: w, height: h };
}

/** A cropper on its device. Made by `loadCropper`; whoever loads it disposes of it. */
export class CropperModel implements AsyncDisposable {
  readonly #idle: BatchHandle[] = [];
  readonly #handle: ModelHandle;

  /** @internal Use `loadCropper`. */
  constructor(
    /** The model's file. */
    readonly file: string,
    /** What the network takes. */
    readonly contract: CropperContract,
    /** The device it is on, and why that was chosen. */
    readonly device: DeviceChoice,
    handle: ModelHandle,
  ) {
    this.#handle = handle;
  }

  /**
   * Finds the box of the hand in a decoded picture.
   *
   * @throws DeeplasiaError ERR_DEEPLASIA_NO_HAND for a box without a pixel; what the image chain and a forward throw.
   */
  async find(picture: RawPicture): Promise<CropBox> {
    const box = boxOf(await this.fractions(picture), picture);
    if (box.width > 0 && box.height > 0 && box.x < picture.width && box.y < picture.height) return box;
    const { x, y, width, height } = box;
    throw new DeeplasiaError(
      "ERR_DEEPLASIA_NO_HAND",
      `the cropper found no hand: its box is ${width}x${height} pixels at x ${x}, y ${y}`,
      { remedy: 'Predict the whole picture (`cropper: "none"`), or cut the hand out by hand.' },
    );
  }

  /** @internal x, y, width and height as fractions of the picture. */
  async fractions(picture: RawPicture): Promise<Float32Array> {
    const [channels, height, width] = this.contract.inputSize;
    const batch = this.#idle.pop() ?? native().createBatch(1, height, width);
    try {
      await native().fillSlot(batch, 0, picture, null, imagePlan(this.contract, UPRIGHT));
      const how = normalisation(this.contract);
      return await native().predictValues(this.#handle, batch, Int32Array.of(0), channels, how, COORDINATES);
    } finally {
      this.#idle.push(batch);
    }
  }

  /** Waits for work in flight, then frees the memory. May be called more than once. */
  async dispose(): Promise<void> {
    const batches = this.#idle.splice(0);
    await Promise.all([this.#handle, ...batches].map((handle) => native().dispose(handle)));
  }

  /** The same as `dispose`, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }
}
