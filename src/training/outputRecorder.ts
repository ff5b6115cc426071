/** The outputs of an epoch, gathered batch by batch; the epoch's metrics are taken of all of them together. */
import type { HookState } from "./hook.js";
import type { EpochOutputs } from "./hooks/epochMetrics.js";
import type { StepOutputs } from "./step.js";

const SERIES = ["ageHatZ", "ageZ", "sexLogit", "male"] as const;

export class OutputRecorder {
  private readonly series = { ageHatZ: [], ageZ: [], sexLogit: [], male: [] } as Record<
    (typeof SERIES)[number],
    number[]
  >;
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

  add({ rows, ageZ, sexLogit, loss }: StepOutputs): void {
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

  /** Values are float32 all along, and NaN is one of them: bytes say them shorter and better than decimals. */
  state(): HookState {
    const text = (values: readonly number[]) =>
      Buffer.from(Float32Array.from(values).buffer).toString("base64");
    const series = Object.fromEntries(SERIES.map((name) => [name, text(this.series[name])]));
    return { ...series, hasSexHead: this.hasSexHead, lossSum: this.lossSum };
  }

  restore(state: HookState): void {
    for (const name of SERIES) {
      // A copy: a buffer from the pool may start at any byte.
      const { buffer } = Uint8Array.from(Buffer.from(state[name] as string, "base64"));
      this.series[name] = Array.from(new Float32Array(buffer));
    }
    this.hasSexHead = state.hasSexHead as boolean;
    this.lossSum = state.lossSum as number;
  }
}
