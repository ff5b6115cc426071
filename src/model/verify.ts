/** Checks of a model that has just been loaded, before any real work: it is run on blank pictures. */
import type { Contract } from "../contract/contract.js";
import { DeeplasiaError } from "../errors.js";
import { type ModelHandle, native } from "../native.js";
import { notFiniteOnBlank } from "./loadHandle.js";

export interface VerifiedModel {
  /** Whether forward returns a second output. */
  hasSexHead: boolean;
  /** Memory of the device that a forward needs for one picture, besides the weights: bytes, measured on a blank one. */
  bytesPerPicture: number;
}

/** Our own networks take pictures of any size: a small one shows in a tenth of the time whether their weights are sound. */
const LARGEST_OWN_BLANK = 128;

/**
 * Run a bone-age network on two blank pictures, one of each sex. The memory that larger pictures need grows with their
 * area.
 *
 * @throws DeeplasiaError ERR_DEEPLASIA_MODEL_FORWARD and _MODEL_SHAPE if shapes do not fit the contract, _NOT_FINITE,
 *   _MODEL_UNSTABLE.
 */
export async function verifyBoneAgeModel(
  file: string,
  handle: ModelHandle,
  contract: Contract,
): Promise<VerifiedModel> {
  const channels = contract.inputSize[0];
  const isOwn = native().modelFacts(handle).hasFeatures;
  const largest = isOwn ? LARGEST_OWN_BLANK : Number.POSITIVE_INFINITY;
  const full = contract.inputSize.slice(1) as [number, number];
  const [height, width] = full.map((side) => Math.min(side, largest)) as [number, number];
  const sex = contract.sexEncoding === "none" ? null : Float32Array.of(0, 1);
  const { age, sexLogit, bytes } = await native().tryBlank(handle, [2, channels, height, width], sex);
  if (![...age, ...(sexLogit ?? [])].every(Number.isFinite)) throw notFiniteOnBlank(file);
  if (!isOwn) {
    const size = channels * height * width;
    const other = new Float32Array(2 * size).fill(-1, size); // beside the same blank picture
    const again = await native().forward(handle, other, [2, channels, height, width], sex);
    requireSame(file, age[0]!, again.age[0]!);
  }
  const growth = (full[0] * full[1]) / (height * width);
  return { hasSexHead: sexLogit !== null, bytesPerPicture: Math.ceil((bytes / 2) * growth) };
}

/** Larger than the differences by rounding and by the order of sums on a GPU; relative to an age in z-scores or months. */
const SAME = 0.001;

/** The age of a picture must not depend on chance, nor on the other pictures of its batch. */
function requireSame(file: string, first: number, second: number): void {
  if (Math.abs(first - second) <= SAME * (1 + Math.abs(first))) return;
  const text = "returns another age for the same picture, by chance or because of the others in its batch";
  throw new DeeplasiaError("ERR_DEEPLASIA_MODEL_UNSTABLE", `${file} ${text}`, { file });
}
