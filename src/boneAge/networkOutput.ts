/** What a network returns for one picture. */
export interface NetworkOutput {
  /** The first output as it is: a z-score or months, as the contract's `ageUnit` has it. */
  age: number;
  /** The second output; null from a network without a sex head. */
  sexLogit: number | null;
  /** The features that the heads read; left out where nobody asked for them. */
  features?: Float32Array;
}
