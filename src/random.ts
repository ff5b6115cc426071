/**
 * Random numbers that depend on their key alone: not on earlier draws, on the worker, or on whether the run was resumed.
 *
 * The generator is sfc32 (Doty-Humphrey's "small fast counting", 128 bits of state, part of PractRand). Its initial state
 * is the key itself, so two keys never share a stream. The first rounds mix the state and are discarded.
 */

/** The uses of random numbers. Different uses of one key have independent streams. */
const USES = ["augmentation", "order", "bootstrap"] as const;

const MIXING_ROUNDS = 20;

export class Random {
  private a: number;
  private b: number;
  private c: number;
  private counter: number;

  /** Seed, epoch and row are whole numbers from 0 to 2^32 - 1. */
  constructor(use: (typeof USES)[number], seed: number, epoch: number, row: number) {
    this.a = row | 0;
    this.b = epoch | 0;
    this.c = seed | 0;
    this.counter = USES.indexOf(use) + 1;
    for (let i = 0; i < MIXING_ROUNDS; i++) this.bits();
  }

  /** Returns 32 random bits as a whole number from 0. */
  bits(): number {
    const result = (this.a + this.b + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + result) | 0;
    return result >>> 0;
  }

  /** Returns a number from `low` to below `high`, with 53 random bits; only rounding can reach `high`. */
  uniform(low = 0, high = 1): number {
    const fraction = ((this.bits() >>> 5) * 2 ** 26 + (this.bits() >>> 6)) / 2 ** 53;
    return low + (high - low) * fraction;
  }

  /** Returns a whole number from `low` to `high`, both included. */
  integer(low: number, high: number): number {
    return low + Math.floor((high - low + 1) * this.uniform());
  }

  /** Returns true with probability `p`. */
  chance(p: number): boolean {
    return this.uniform() < p;
  }
}
