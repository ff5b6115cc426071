/** What a network returns for one picture. */
export interface NetworkOutput {
  /** The first output as it is: a z-score or months, as the contract's `ageUnit` has it. */
  age: number;
  /** The second output; null from a network without a sex head. */
  sexLogit: number | null;
  /** The features that the heads read; left out where nobody asked for them. */
  features?: Float32Array;
  /** The distribution that a network over bins of ages returns; null or left out by others. */
  spread?: OutputSpread | null;
}

/** A distribution of the age, in the unit of the network's age. */
export interface OutputSpread {
  sd: number;
  /** 5 and 95 % of it lie up to these. */
  low: number;
  high: number;
  /** The ages of the networks in the model. */
  members: readonly number[];
}
