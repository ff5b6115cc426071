import type { BiasLine } from "./biasLine.js";

/** The scale of z-scores of ages: the age that 0 stands for, and the months of one unit. */
export interface AgeScale {
  meanMonths: number;
  sdMonths: number;
}

export function monthsFromZ(ageZ: number, { meanMonths, sdMonths }: AgeScale): number {
  return ageZ * sdMonths + meanMonths;
}

export function zFromMonths(ageMonths: number, { meanMonths, sdMonths }: AgeScale): number {
  return (ageMonths - meanMonths) / sdMonths;
}

/** The same line for predictions in months: the slope stays, the intercept moves. */
export function lineInMonths({ slope, intercept }: BiasLine, { meanMonths, sdMonths }: AgeScale): BiasLine {
  return { slope, intercept: sdMonths * intercept - slope * meanMonths };
}
