/** A network that marks the hand in pictures, on a device. */
import type { HandMaskContract } from "../contract/contract.js";
import { changedPicture } from "../image/changedPicture.js";
import { imagePlan, normalisation } from "../image/imagePlan.js";
import { type BatchHandle, type FoundHand, type ModelHandle, native, type RawPicture } from "../native.js";
import type { DeviceChoice } from "./device.js";
import { otherRegion } from "./otherRegion.js";

/** A hand, and what else in the picture is like one. */
export interface FoundByModel extends FoundHand {
  /** How much else is marked, as a multiple of the hand's area: see `otherRegion`. */
  elsewhere: number;
}

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
    if (this.contract.maskViews === "one") return this.#findIn(picture);
    const found = [await this.#findIn(picture), await this.#findIn(await negative(picture))];
    return found.reduce((best, other) => ((other?.confidence ?? 0) > (best?.confidence ?? 0) ? other : best));
  }

  async #findIn(picture: RawPicture): Promise<FoundByModel | null> {
    const { maskThreshold, maskSeedThreshold } = this.contract;
    const probability = await this.probabilities(picture);
    if (probability === null) return null;
    const { width, height } = picture;
    const side = this.contract.inputSize[1];
    const hand = await native().findHand(probability, side, width, height, maskThreshold, maskSeedThreshold);
    if (hand === null) return null;
    return { ...hand, elsewhere: otherRegion(probability, side, picture) };
  }

  /**
   * The probability of hand for each pixel of the network's square input, the mean of its views of the picture as it is; null for a
   * picture of one grey value.
   *
   * @internal
   */
  async probabilities(picture: RawPicture): Promise<Float32Array | null> {
    const [channels, side] = this.contract.inputSize;
    const flips = this.contract.maskViews === "one" ? [false] : [false, true];
    const batch = this.#idle.pop() ?? native().createBatch(flips.length, side, side);
    try {
      for (const [slot, flip] of flips.entries()) {
        const plan = imagePlan(this.contract, { flip, rotationAngle: 0 });
        const { min, max } = await native().fillSlot(batch, slot, picture, null, plan);
        if (min === max) return null;
      }
      const how = normalisation(this.contract);
      const slots = Int32Array.from(flips.keys());
      const maps = await native().predictMasks(this.#handle, batch, slots, channels, how);
      return flips.length === 1 ? maps : meanOfMirrored(maps, side);
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

/** The same picture with dark and light exchanged, in its own range of grey values. */
function negative(picture: RawPicture): Promise<RawPicture> {
  return changedPicture({ ...picture, notes: [], orientation: 1 }, { kind: "inversion" });
}

/** Returns the mean of a square map and of the map of the mirrored picture, which follows it. */
function meanOfMirrored(maps: Float32Array, side: number): Float32Array {
  const mirrored = maps.subarray(side * side);
  return maps
    .subarray(0, side * side)
    .map((value, place) => (value + mirrored[place + side - 1 - 2 * (place % side)]!) / 2);
}
