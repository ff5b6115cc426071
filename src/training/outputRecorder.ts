import type { BatchOutputs } from "./step.js";

/** What a network predicted for the pictures of an epoch, and the truth; one value per picture. */
export interface EpochOutputs {
  ageHatZ: ArrayLike<number>;
  ageZ: ArrayLike<number>;
  /** Null for a network without a sex head. */
  sexLogit: ArrayLike<number> | null;
  /** 1 male, 0 female. */
  male: ArrayLike<number>;
}

const SERIES = ["ageHatZ", "ageZ", "sexLogit", "male"] as const;
type Series<T> = Record<(typeof SERIES)[number], T>;

/** A recorder's values as JSON takes them: each series as the base64 text of its float32 bytes. */
export type RecordedOutputs = Series<string> & { hasSexHead: boolean; lossSum: number };

/** Collects the outputs of an epoch batch by batch: its metrics are those of all pictures together. */
export class OutputRecorder {
  private readonly series: Series<number[]> = { ageHatZ: [], ageZ: [], sexLogit: [], male: [] };
  private hasSexHead = true;
  private lossSum = 0;

  /** Number of pictures. */
  get size(): number {
    return this.series.ageZ.length;
  }

  /** Mean loss over the pictures. */
  get loss(): number {
    return this.lossSum / this.size;
  }

  get outputs(): EpochOutputs {
    const { ageHatZ, ageZ, sexLogit, male } = this.series;
    return { ageHatZ, ageZ, male, sexLogit: this.hasSexHead ? sexLogit : null };
  }

  add({ rows, ageZ, sexLogit, loss }: BatchOutputs): void {
    if (rows.length === 0) return;
    const { series } = this;
    for (const [i, row] of rows.entries()) {
      series.ageHatZ.push(ageZ[i]!);
      series.ageZ.push(row.ageZ);
      series.male.push(row.male);
      if (sexLogit !== null) series.sexLogit.push(sexLogit[i]!);
    }
    this.hasSexHead &&= sexLogit !== null;
    this.lossSum += (loss ?? Number.NaN) * rows.length;
  }

  clear(): void {
    for (const name of SERIES) this.series[name].length = 0;
    this.lossSum = 0;
  }

  /** All values are float32, and some may be NaN: bytes are shorter than decimals, and exact. */
  state(): RecordedOutputs {
    const text = (values: readonly number[]) =>
      Buffer.from(Float32Array.from(values).buffer).toString("base64");
    const series = Object.fromEntries(
      SERIES.map((name) => [name, text(this.series[name])]),
    ) as Series<string>;
    return { ...series, hasSexHead: this.hasSexHead, lossSum: this.lossSum };
  }

  restore(state: RecordedOutputs): void {
    for (const name of SERIES) {
      // A copy: a buffer from the pool may start at any byte.
      const { buffer } = Uint8Array.from(Buffer.from(state[name], "base64"));
      this.series[name] = Array.from(new Float32Array(buffer));
    }
    this.hasSexHead = state.hasSexHead;
    this.lossSum = state.lossSum;
  }
}
