/** A network that marks the hand in pictures, on a device. */
import type { HandMaskContract } from "../contract/contract.js";
import { imagePlan, normalisation } from "../image/imagePlan.js";
import { type BatchHandle, type FoundHand, type ModelHandle, native, type RawPicture } from "../native.js";
import type { DeviceChoice } from "./device.js";
import { otherRegion } from "./otherRegion.js";

/** A hand, and what else in the picture is like one. */
export interface FoundByModel extends FoundHand {
  /** Area of the largest other region that is like a hand, times its mean probability, as a multiple of the hand's area. */
  elsewhere: number;
}

const UPRIGHT = { flip: false, rotationAngle: 0 };

/** A hand-mask model on its device. Made by `loadHandMaskModel`; whoever loads it disposes of it. */
export class HandMaskModel implements AsyncDisposable {
  readonly #idle: BatchHandle[] = [];
  readonly #handle: ModelHandle;
  #isDisposed = false;

  /** @internal Use `loadHandMaskModel`. */
  constructor(
    /** The model's file. */
    readonly file: string,
    /** What the network takes, and how its probabilities become a mask. */
    readonly contract: HandMaskContract,
    /** The device it is on, and why that was chosen. */
    readonly device: DeviceChoice,
    handle: ModelHandle,
  ) {
    this.#handle = handle;
  }

  /**
   * Find the hand in a decoded picture.
   *
   * @returns Null where there is no hand: no pixel is above the contract's threshold, or the picture has one grey value.
   * @throws DeeplasiaError ERR_DEEPLASIA_IMAGE_BLANK and what else the image chain throws, _MODEL_FORWARD, _OUT_OF_MEMORY.
   */
  async find(picture: RawPicture): Promise<FoundByModel | null> {
    const { maskThreshold, maskSeedThreshold } = this.contract;
    const probability = await this.probabilities(picture);
    if (probability === null) return null;
    const { width, height } = picture;
    const side = this.contract.inputSize[1];
    const hand = await native().findHand(probability, side, width, height, maskThreshold, maskSeedThreshold);
    if (hand === null) return null;
    return { ...hand, elsewhere: otherRegion(probability, side) };
  }

  /**
   * The probability of hand for each pixel of the network's square input; null for a picture of one grey value.
   *
   * @internal
   */
  async probabilities(picture: RawPicture): Promise<Float32Array | null> {
    const [channels, side] = this.contract.inputSize;
    const batch = this.#idle.pop() ?? native().createBatch(1, side, side);
    try {
      const plan = imagePlan(this.contract, UPRIGHT);
      const { min, max } = await native().fillSlot(batch, 0, picture, null, plan);
      if (min === max) return null;
      const how = normalisation(this.contract);
      return await native().predictMasks(this.#handle, batch, Int32Array.of(0), channels, how);
    } finally {
      this.#idle.push(batch);
    }
  }

  /** Whether `dispose` was called. */
  get isDisposed(): boolean {
    return this.#isDisposed;
  }

  /** Release the memory now. Idempotent; waits for work in flight. */
  async dispose(): Promise<void> {
    this.#isDisposed = true;
    const batches = this.#idle.splice(0);
    await Promise.all([this.#handle, ...batches].map((handle) => native().dispose(handle)));
  }

  /** The same as `dispose`, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }
}
