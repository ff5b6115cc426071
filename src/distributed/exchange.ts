/**
 * What the processes exchange with a batch, besides gradients: the layout of `Peers::exchange` in
 * native/distributed/peers.h. Every process gets the values of all, so that all know and decide the same.
 */
import type { LoadedBatch } from "../training/batchLoader.js";
import type { TrainingRow } from "../training/trainingRow.js";

const HEADER = 4; // pictures, three losses

/** What one process adds to the outputs of its network. */
export interface RankNotes {
  /** Its signal asks the run to end. */
  stop: boolean;
  /** Seconds of its clock. */
  seconds: number;
  /** The slots of its rows that could be used. */
  slots: ArrayLike<number>;
}

/** The values of all processes, as one batch. */
export interface Exchanged {
  /** The rows that could be used, in the order in which a single process would have them. */
  rows: TrainingRow[];
  ageZ: Float32Array;
  /** Null where no process has a sex head. */
  sexLogit: Float32Array | null;
  /** Null unless the processes train a mask network. */
  dice: Float32Array | null;
  /** Mean over all rows; null where there are none. */
  loss: number | null;
  /** At least one process asks the run to end. */
  stop: boolean;
  /** Seconds of the first process's clock. */
  seconds: number;
}

/** The notes as numbers for native code; always the same number of them. */
export function encodeNotes({ stop, seconds, slots }: RankNotes, capacity: number): number[] {
  const padding = Array.from({ length: capacity - slots.length }, () => -1);
  return [stop ? 1 : 0, seconds, ...Array.from(slots), ...padding];
}

/** `all` are the rows of the whole batch; the process of rank r of n has the rows r, r + n, … */
export function decodeExchange(
  values: Float64Array,
  { all }: Pick<LoadedBatch, "all">,
  { ranks, capacity }: { ranks: number; capacity: number },
): Exchanged {
  const length = values.length / ranks;
  const found: { place: number; ageZ: number; sexLogit: number; dice: number }[] = [];
  let lossSum = 0;
  let stop = false;
  for (let rank = 0; rank < ranks; rank++) {
    const own = values.subarray(rank * length, (rank + 1) * length);
    const notes = own.subarray(HEADER, HEADER + 2 + capacity);
    const outputs = own.subarray(HEADER + 2 + capacity);
    stop ||= notes[0] === 1;
    const count = own[0]!;
    if (count > 0) lossSum += count * own[1]!;
    for (let i = 0; i < count; i++) {
      const place = notes[2 + i]! * ranks + rank;
      const [ageZ, sexLogit, dice] = [0, 1, 2].map((series) => outputs[series * capacity + i]!);
      found.push({ place, ageZ: ageZ!, sexLogit: sexLogit!, dice: dice! });
    }
  }
  found.sort((a, b) => a.place - b.place);
  const hasSexHead = found.some(({ sexLogit }) => !Number.isNaN(sexLogit));
  // Dice counts pixels, so it is never NaN where there is one.
  const hasMasks = found.some(({ dice }) => !Number.isNaN(dice));
  return {
    rows: found.map(({ place }) => all[place]!),
    ageZ: hasMasks ? new Float32Array() : Float32Array.from(found, ({ ageZ }) => ageZ),
    sexLogit: hasSexHead ? Float32Array.from(found, ({ sexLogit }) => sexLogit) : null,
    dice: hasMasks ? Float32Array.from(found, ({ dice }) => dice) : null,
    loss: found.length === 0 ? null : lossSum / found.length,
    stop,
    seconds: values[HEADER + 1]!,
  };
}
