/** Draws of clusters with replacement: those of a time depend on the seed, the time and the number of clusters alone. */
import { Random } from "../random.js";

/** Calls `use` with how often each cluster is drawn, `times` times; the array is reused. */
export function resample(
  count: number,
  times: number,
  seed: number,
  use: (counts: Uint16Array, time: number) => void,
): void {
  const counts = new Uint16Array(count);
  for (let time = 0; time < times; time++) {
    const random = new Random("bootstrap", seed, time, 0);
    counts.fill(0);
    for (let i = 0; i < count; i++) counts[Math.floor((random.bits() / 4_294_967_296) * count)]! += 1;
    use(counts, time);
  }
}
