import fc from "fast-check";
import { expect, it } from "vitest";
import { decodeExchange, encodeNotes } from "../../../src/distributed/exchange.js";
import { rowsOfRank } from "../../../src/training/batches.js";
import type { TrainingRow } from "../../../src/training/trainingRow.js";

const CAPACITY = 5;

/** What native code makes of the messages of all ranks. */
function exchanged(
  messages: { rows: number; loss: number; notes: number[]; ages: number[] }[],
): Float64Array {
  const padded = (values: number[]) => [...values, ...Array(CAPACITY - values.length).fill(Number.NaN)];
  return Float64Array.from(
    messages.flatMap(({ rows, loss, notes, ages }) => [
      ...[rows, rows === 0 ? Number.NaN : loss, Number.NaN, Number.NaN],
      ...[...notes, ...padded(ages), ...padded(ages.map((age) => -age)), ...padded([])],
    ]),
  );
}

it("puts the parts of all processes together as one process would have had the batch", () => {
  const batch = fc.array(fc.record({ usable: fc.boolean(), loss: fc.integer({ max: 9, min: -9 }) }), {
    maxLength: 12,
  });
  fc.assert(
    fc.property(batch, fc.integer({ min: 3, max: 6 }), fc.boolean(), (rows, ranks, stops) => {
      const all = rows.map((_, i) => ({ row: i }) as TrainingRow);
      const messages = Array.from({ length: ranks }, (_, rank) => {
        const own = rowsOfRank(all, { rank, ranks });
        const slots = [...own.keys()].filter((slot) => rows[own[slot]!.row]!.usable);
        const used = slots.map((slot) => own[slot]!.row);
        return {
          rows: used.length,
          loss: used.reduce((sum, row) => sum + rows[row]!.loss, 0) / used.length,
          notes: encodeNotes({ stop: stops && rank === 1, seconds: 10 * rank + 7, slots }, CAPACITY),
          ages: used.map((row) => row + 1),
        };
      });
      const usable = all.filter(({ row }) => rows[row]!.usable);
      const result = decodeExchange(exchanged(messages), { all }, { ranks, capacity: CAPACITY });
      expect(result.rows).toEqual(usable);
      expect([...result.ageZ]).toEqual(usable.map(({ row }) => row + 1));
      if (usable.length > 0) expect([...result.sexLogit!]).toEqual(usable.map(({ row }) => -(row + 1)));
      const mean = usable.reduce((sum, { row }) => sum + rows[row]!.loss, 0) / usable.length;
      if (usable.length === 0) expect(result.loss).toBeNull();
      else expect(result.loss).toBeCloseTo(mean, 12);
      // One clock counts for all, and one that wants to stop stops all.
      expect([result.seconds, result.stop]).toEqual([7, stops]);
    }),
    { numRuns: 200 },
  );
});

it("deals every row to one process, and to each as many as to the others, or one less", () => {
  fc.assert(
    fc.property(fc.nat({ max: 50 }), fc.integer({ min: 1, max: 9 }), (count, ranks) => {
      const rows = Array.from({ length: count }, (_, i) => i);
      const parts = Array.from({ length: ranks }, (_, rank) => rowsOfRank(rows, { rank, ranks }));
      expect(parts.flat().sort((a, b) => a - b)).toEqual(rows);
      const sizes = parts.map(({ length }) => length);
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      // PyTorch's DistributedSampler: rank, rank + ranks, ….
      for (const [rank, part] of parts.entries())
        expect(part.every((row) => row % ranks === rank)).toBe(true);
    }),
  );
});
