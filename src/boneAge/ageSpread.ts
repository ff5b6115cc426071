/** How wide a network's distribution of the age is, where it returns one. */

/** A network's distribution of the age, in months, float32. */
export interface AgeSpread {
  /** Standard deviation of the distribution. */
  sdMonths: number;
  /** The age up to which 5 % of it lie. */
  lowMonths: number;
  /** The age up to which 95 % of it lie. */
  highMonths: number;
  /** The ages of the networks in the model's file, of which the age is the mean. */
  memberMonths: readonly number[];
}
