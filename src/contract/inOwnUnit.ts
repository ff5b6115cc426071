import type { Contract } from "./contract.js";

/** The first output of a network under the name of its unit; the other one is null. */
export interface OwnUnit<T> {
  ageZ: T | null;
  rawMonths: T | null;
}

/** Puts the first output of a network under the name of the unit that the contract states. */
export function inOwnUnit<T>(age: T, { ageUnit }: Pick<Contract, "ageUnit">): OwnUnit<T> {
  return ageUnit === "months" ? { ageZ: null, rawMonths: age } : { ageZ: age, rawMonths: null };
}
