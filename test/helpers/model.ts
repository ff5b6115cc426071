/** The tiny models of test/fixtures/models (make.py there shows what each computes), on the native core itself. */
import { type ModelHandle, type ModelOptions, native } from "../../src/native.js";
import { fixture } from "./testData.js";

export const CPU: ModelOptions = {
  device: "cpu",
  threads: 0,
  precision: "32",
  optimize: true,
  trust: false,
  weightsDigest: "",
};

/** Path of a model: `modelFile("throws")`, or with its extension where that is not `.pt`. */
export function modelFile(name: string): string {
  return fixture(`models/${name}${name.includes(".") ? "" : ".pt"}`);
}

/** A loaded model for the length of `body`. */
export async function withModel<T>(name: string, body: (model: ModelHandle) => Promise<T>): Promise<T> {
  const model = await native().loadModel(modelFile(name), CPU);
  try {
    return await body(model);
  } finally {
    await native().dispose(model);
  }
}

/** One picture of each value: the arguments `data` and `shape` of forward. */
export function uniform(
  values: readonly number[],
  channels = 1,
): [Float32Array, [number, number, number, number]] {
  const elements = channels * 32 * 32;
  const data = new Float32Array(values.length * elements);
  for (const [i, value] of values.entries()) data.fill(value, i * elements, (i + 1) * elements);
  return [data, [values.length, channels, 32, 32]];
}
