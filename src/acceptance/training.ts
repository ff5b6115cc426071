/** Trainers of a small network, the same on each device, and their steps. */
import { join } from "node:path";
import { native, type TrainerHandle, type TrainerSettings, type TrainStepOutputs } from "../native.js";
import type { Machine } from "./machine.js";
import { deviceOf, freshOn, type Precision, pictures, type Where } from "./networks.js";

const ROWS = 4;
const SIDE = 64;

/** A small rate without momentum: differences of rounding grow slowly, so that 20 steps can be compared. */
const LEARNING_RATE = 1e-3;

const settingsOf = (device: string, precision: Precision): TrainerSettings => ({
  ...{ device, threads: 0, precision, seed: 1, optimizer: "sgd", weightDecay: 0, betas: [0.9, 0.999] },
  ...{ amsgrad: false, eps: 1e-8, momentum: 0, dampening: 0, nesterov: false, alpha: 0.99, centered: false },
  ...{ clipping: null, emaDecay: null, ageSigma: 1, sexSigma: 0, dropConnect: 0, freeze: [] },
  ...{ trust: false, weightsDigest: "", sexPlane: null, ageBins: null },
});

/** Calls `use` with a trainer of EfficientNet-b0, and disposes of it. */
export async function withTrainer<T>(
  machine: Machine,
  { where, precision = "32" }: { where: Where; precision?: Precision },
  use: (trainer: TrainerHandle) => Promise<T>,
): Promise<T> {
  const network = await freshOn(machine, "efficientnet-b0", where);
  try {
    const trainer = await native().createTrainer(network, settingsOf(deviceOf(machine, where), precision));
    try {
      return await use(trainer);
    } finally {
      await native().dispose(trainer);
    }
  } finally {
    await native().dispose(network);
  }
}

/** Makes the steps `from` to `to` - 1. Each has its own pictures. */
export async function steps(trainer: TrainerHandle, from: number, to: number): Promise<TrainStepOutputs[]> {
  const outputs: TrainStepOutputs[] = [];
  for (let step = from; step < to; step++) {
    const input = {
      data: pictures(ROWS, SIDE, step),
      shape: [ROWS, 1, SIDE, SIDE] as [number, number, number, number],
    };
    const sex = Float32Array.from({ length: ROWS }, (_, i) => i % 2);
    const age = Float32Array.from({ length: ROWS }, (_, i) => Math.sin(i + step));
    const facts = { sex, age, male: sex, mask: null };
    outputs.push(await native().trainStep(trainer, input, facts, LEARNING_RATE, 1, false, []));
  }
  return outputs;
}

export const lossesOf = (outputs: readonly TrainStepOutputs[]) =>
  Float32Array.from(outputs, ({ loss }) => loss ?? Number.NaN);

export const stateFile = ({ folder }: Machine) => join(folder, "acceptance.state");
