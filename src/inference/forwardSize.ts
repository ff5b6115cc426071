/**
 * How many pictures of a block one forward is given: as many as use the device well, and never more than a bound on its
 * memory. The last bits of a prediction depend on it, so it follows from the network's need (measured at load), the batch
 * size and the bound alone, never from what happens to be free.
 */
import type { BoneAgeModel } from "../model/boneAgeModel.js";

export interface ForwardLimits {
  /** Most pictures a block. */
  batchSize: number;
  /** Most bytes that the pictures of one forward may take of the device's memory. */
  maxMemory?: number | undefined;
}

/**
 * What a forward may grow to on a CPU. A larger one leaves the caches and asks the system for fresh memory: no faster, if
 * not slower (BENCHMARKS.md, "Pictures a forward").
 */
const CPU_BYTES = 64 * 2 ** 20;

/** Without a bound. */
function usefulSize({ device, bytesPerPicture }: BoneAgeModel, batchSize: number): number {
  return device.name === "cpu" ? pictures(CPU_BYTES, bytesPerPicture, batchSize) : batchSize;
}

/** At least one: a forward of less there is not. */
const pictures = (bytes: number, each: number, most: number) =>
  Math.min(Math.max(Math.floor(bytes / each), 1), most);

/** Most pictures that a network is given at once. */
export function forwardSize(
  model: BoneAgeModel,
  { batchSize, maxMemory = Number.POSITIVE_INFINITY }: ForwardLimits,
): number {
  const size = usefulSize(model, batchSize);
  return pictures(maxMemory, model.bytesPerPicture, size);
}

/** What the bound changes about an output, as a later run compares it: null where the sizes are those without it. */
export function boundSizes(models: readonly BoneAgeModel[], limits: ForwardLimits): string | null {
  const sizes = models.map((model) => forwardSize(model, limits));
  if (models.every((model, i) => sizes[i] === usefulSize(model, limits.batchSize))) return null;
  return `${sizes.join(", ")} at once`;
}
