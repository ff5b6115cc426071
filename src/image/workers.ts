/** How many pictures are in work at once, and on how many threads. */
import { availableParallelism } from "node:os";
import { native } from "../native.js";

/** Give native code threads for that many pictures, but no more than there are cores. Returns the number, at least 1. */
export function useWorkers(numWorkers: number): number {
  const pictures = Math.max(numWorkers, 1);
  native().setWorkers(Math.min(pictures, availableParallelism()));
  return pictures;
}
