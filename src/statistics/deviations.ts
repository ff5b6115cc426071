/** How far predictions are from the truth. */

/** The mean absolute deviation (MAD) of predictions that arrive one by one. */
export class AbsoluteDeviations {
  #count = 0;
  #sum = 0;

  add(prediction: number, truth: number): void {
    this.#count += 1;
    this.#sum += Math.abs(prediction - truth);
  }

  get count(): number {
    return this.#count;
  }

  /** NaN before the first prediction. */
  get mean(): number {
    return this.#sum / this.#count;
  }
}

/** The mean absolute deviation (MAD) of predictions from the truth; NaN for no values. */
export function meanAbsoluteDeviation(predictions: ArrayLike<number>, truths: ArrayLike<number>): number {
  const deviations = new AbsoluteDeviations();
  for (let i = 0; i < truths.length; i++) deviations.add(predictions[i]!, truths[i]!);
  return deviations.mean;
}

/** The square root of the mean squared error; NaN for no values. */
export function rootMeanSquareError(predictions: ArrayLike<number>, truths: ArrayLike<number>): number {
  let squares = 0;
  for (let i = 0; i < truths.length; i++) {
    const error = predictions[i]! - truths[i]!;
    squares += error * error;
  }
  return Math.sqrt(squares / truths.length);
}
