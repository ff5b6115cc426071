/** Networks with random weights of a seed, the same on each device, and pictures for them. */
import { type ModelHandle, type NetworkConfig, type NetworkHandle, native } from "../native.js";
import { isCuda, type Machine } from "./machine.js";
import { settleBatchNorms } from "./settle.js";

export type Precision = "32" | "bf16" | "16";

/** Side of the small pictures: Inception takes none below 75. */
export const SIDE = 96;

export function configOf(backbone: string): NetworkConfig {
  return {
    legacy: false,
    backbone,
    denseLayers: [256],
    sexDcs: 32,
    dropout: 0,
    explicitSexClassifier: [],
    correctPredictedSex: true,
    learnableSigma: [],
    padding: "static",
    imagenetClassifier: false,
  };
}

/** Builds a network for `device`. The caller gives it to a model or a trainer, and disposes of it. */
export async function freshOn(machine: Machine, backbone: string, where: Where): Promise<NetworkHandle> {
  const network = await native().buildNetwork(configOf(backbone));
  await native().initialiseNetwork(network, 1);
  await settleBatchNorms(network, backbone, machine.folder);
  if (where === "tested") await machine.spoil?.(network);
  return network;
}

/** On the device under test, or on the CPU that it is compared with. */
export type Where = "tested" | "reference";

export const deviceOf = (machine: Machine, where: Where) => (where === "tested" ? machine.device : "cpu");

/** Calls `use` with a model of fresh weights, and disposes of it. */
export async function withModel<T>(
  machine: Machine,
  { backbone, where, precision = "32" }: { backbone: string; where: Where; precision?: Precision },
  use: (model: ModelHandle) => Promise<T>,
): Promise<T> {
  const network = await freshOn(machine, backbone, where);
  const device = deviceOf(machine, where);
  const settings = { device, threads: 0, precision, optimize: true, trust: false, weightsDigest: "" };
  try {
    const model = await native().loadModel(network, settings);
    try {
      return await use(model);
    } finally {
      await native().dispose(model);
    }
  } finally {
    await native().dispose(network);
  }
}

/** Returns the reason why a device cannot compute in a precision; null if it can. */
export function missingPrecision(machine: Machine, precision: Precision): string | null {
  return precision === "16" && !isCuda(machine) ? "a CPU has no automatic mixed precision in 16 bits" : null;
}

/** Returns `count` smooth pictures of mean 0, none like another: [count, 1, side, side]. */
export function pictures(count: number, side: number, seed = 0): Float32Array {
  const data = new Float32Array(count * side * side);
  for (let k = 0; k < count; k++)
    for (let y = 0; y < side; y++)
      for (let x = 0; x < side; x++) {
        const [u, v] = [(7 * x) / side, (7 * y) / side];
        const wave = Math.sin(u * (1 + k) + seed) + Math.cos(v * (2 + k) - u) + Math.sin(9 * u * v);
        data[(k * side + y) * side + x] = wave;
      }
  return data;
}

/** Returns the features that EfficientNet-b0 has for two pictures, after so many forwards; `onRun` is called after each. */
export function featuresOf(machine: Machine, runs: number, onRun = () => {}): Promise<Float32Array> {
  return withModel(machine, { backbone: "efficientnet-b0", where: "tested" }, async (model) => {
    let features = new Float32Array();
    for (let run = 0; run < runs; run++) {
      const outputs = await native().forward(
        model,
        pictures(2, SIDE),
        [2, 1, SIDE, SIDE],
        new Float32Array(2),
        true,
      );
      features = Float32Array.from(outputs.features!.values);
      onRun();
    }
    return features;
  });
}
