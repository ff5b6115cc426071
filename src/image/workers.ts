/** The number of pictures in flight and of native preprocessing threads. */
import { availableParallelism } from "node:os";
import { native } from "../native.js";

/** Sets the native preprocessing threads to the number of workers, at most one per core. Returns the number, at least 1. */
export function useWorkers(numWorkers: number): number {
  const pictures = Math.max(numWorkers, 1);
  native().setWorkers(Math.min(pictures, availableParallelism()));
  return pictures;
}
