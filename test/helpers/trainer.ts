/** Trainers of `learns.pt`, a network of a few hundred weights, and batches for them. */
import { type CreateTrainerOptions, createTrainer, type StepResult, type Trainer } from "../../src/index.js";
import { fixture } from "./testData.js";

export const LEARNS = fixture("models/learns.pt");
export const SHAPE: [number, number, number, number] = [4, 1, 32, 32];

/** Returns four synthetic pictures, the same for the same seed. */
export function batch(seed: number) {
  const data = new Float32Array(4 * 1024).map((_, i) => Math.sin(0.001 * (i + 4096 * seed) ** 2));
  const ageZ = [0, 1, 2, 3].map((row) => Math.sin(row + 4 * seed));
  return { data, male: [0, 1, 1, 0], ageZ };
}

export async function withTrainer<T>(
  options: CreateTrainerOptions,
  use: (trainer: Trainer) => Promise<T>,
): Promise<T> {
  const trainer = await createTrainer(LEARNS, { threads: 1, ...options });
  try {
    return await use(trainer);
  } finally {
    await trainer.dispose();
  }
}

export const step = (trainer: Trainer, seed: number, options = {}): Promise<StepResult> => {
  const { data, male, ageZ } = batch(seed);
  return trainer.step(data, SHAPE, male, ageZ, options);
};

export const evaluate = async (trainer: Trainer, ema = false) => {
  const { data, male, ageZ } = batch(99);
  return trainer.evaluate(data, SHAPE, male, ageZ, { ema });
};

export const rejection = (promise: Promise<unknown>) =>
  promise.then(
    () => "nothing",
    (error: unknown) => error,
  );
