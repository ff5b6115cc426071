import type { RawPicture } from "../native.js";
import { notFiniteOnBlank } from "./loadHandle.js";

/** A ramp of four pixels, because a picture of one value is refused. */
const RAMP: RawPicture = {
  data: Uint8Array.of(0, 1, 2, 3),
  width: 2,
  height: 2,
  channels: 1,
  depth: 8,
  luma: "png",
};

/**
 * Runs a loaded model on a small picture, and returns the model. Throws ERR_DEEPLASIA_NOT_FINITE, and what a forward throws; then
 * the model is disposed of, with its batch.
 */
export async function triedOnRamp<M extends { file: string; dispose(): Promise<void> }>(
  model: M,
  outputsOf: (picture: RawPicture) => Promise<Float32Array | readonly number[] | null>,
): Promise<M> {
  try {
    const outputs = await outputsOf(RAMP);
    if (outputs?.every(Number.isFinite) === false) throw notFiniteOnBlank(model.file);
    return model;
  } catch (error) {
    await model.dispose();
    throw error;
  }
}
