/** How wide a network's distribution of the age is, where it returns one. */

/** In months, float32. */
export interface AgeSpread {
  /** Standard deviation of the distribution. */
  sdMonths: number;
  /** The ages up to which 5 and 95 % of it lie. */
  lowMonths: number;
  highMonths: number;
  /** The ages of the networks in the model's file, of which the age is the mean. */
  memberMonths: readonly number[];
}
