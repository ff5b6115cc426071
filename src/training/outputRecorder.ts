import type { BatchOutputs } from "./step.js";
import { ageRow } from "./trainingRow.js";

/** What a bone-age network predicted for the pictures of an epoch, and the truth; one value per picture. */
export interface AgeOutputs {
  ageHatZ: ArrayLike<number>;
  ageZ: ArrayLike<number>;
  /** Null for a network without a sex head. */
  sexLogit: ArrayLike<number> | null;
  /** 1 male, 0 female. */
  male: ArrayLike<number>;
}

/** The same for networks of each kind; what a network does not predict is empty. */
export interface EpochOutputs extends AgeOutputs {
  /** Dice of the mask that a mask network made and the true one. */
  dice: ArrayLike<number>;
}

const SERIES = ["ageHatZ", "ageZ", "sexLogit", "male", "dice"] as const;
type Series<T> = Record<(typeof SERIES)[number], T>;

/** A recorder's values as JSON takes them: each series as the base64 text of its float32 bytes. */
export type RecordedOutputs = Partial<Series<string>> & { hasSexHead: boolean; lossSum: number };

/** Collects the outputs of an epoch batch by batch: its metrics are those of all pictures together. */
export class OutputRecorder {
  private readonly series: Series<number[]> = { ageHatZ: [], ageZ: [], sexLogit: [], male: [], dice: [] };
  private hasSexHead = true;
  private lossSum = 0;

  /** Number of pictures. */
  get size(): number {
    return this.series.ageZ.length + this.series.dice.length;
  }

  /** Mean loss over the pictures. */
  get loss(): number {
    return this.lossSum / this.size;
  }

  get outputs(): EpochOutputs {
    const { sexLogit, ...others } = this.series;
    return { ...others, sexLogit: this.hasSexHead ? sexLogit : null };
  }

  add(outputs: BatchOutputs): void {
    const { rows, sexLogit, dice, loss } = outputs;
    if (rows.length === 0) return;
    if (dice === null) this.addAges(outputs);
    else this.series.dice.push(...dice);
    this.hasSexHead &&= sexLogit !== null;
    this.lossSum += (loss ?? Number.NaN) * rows.length;
  }

  private addAges({ rows, ageZ, sexLogit }: BatchOutputs): void {
    const { series } = this;
    for (const [i, row] of rows.entries()) {
      const truth = ageRow(row);
      series.ageHatZ.push(ageZ[i]!);
      series.ageZ.push(truth.ageZ);
      series.male.push(truth.male);
      if (sexLogit !== null) series.sexLogit.push(sexLogit[i]!);
    }
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
      // A copy: a buffer from the pool may start at any byte. States of earlier versions have fewer series.
      const { buffer } = Uint8Array.from(Buffer.from(state[name] ?? "", "base64"));
      this.series[name] = Array.from(new Float32Array(buffer));
    }
    this.hasSexHead = state.hasSexHead;
    this.lossSum = state.lossSum;
  }
}
