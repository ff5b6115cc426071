/** What a caller hands to a network, checked before native code sees it. All throw ERR_DEEPLASIA_OPTION. */
import type { Contract } from "../contract/contract.js";
import { DeeplasiaError } from "../errors.js";

export type Shape = [batch: number, channels: number, height: number, width: number];
export type Numbers = ArrayLike<number>;
/** Which sex is 1 in the network's second input. */
export type SexEncoding = Contract["sexEncoding"];

/** Refuse data that are not of that shape. */
export function requireShape(data: Float32Array, shape: Shape): void {
  const elements = shape.reduce((product, side) => product * side, 1);
  const isShape = shape.length === 4 && shape.every((side) => Number.isInteger(side) && side > 0);
  if (!isShape || data.length !== elements)
    throw invalid(`data holds ${data.length} values, but shape [${shape.join(", ")}] means ${elements}`);
}

/** One value a row, under the name that the caller knows. */
export function rowValues(name: string, values: Numbers, rows: number): Float32Array {
  if (values.length !== rows) throw invalid(`${name} holds ${values.length} values for ${rows} row(s)`);
  return Float32Array.from(values);
}

/** Sex as the network wants it, from 1 = male; null for a network without that input. */
export function encodeSex(
  encoding: SexEncoding,
  male: Numbers | null | undefined,
  rows: number,
): Float32Array | null {
  if (encoding === "none") return null;
  if (male === null || male === undefined)
    throw invalid("this model needs the sex: pass male, one value a row (1 male, 0 female)");
  const encoded = rowValues("male", male, rows);
  return encoding === "male-1" ? encoded : encoded.map((value) => 1 - value);
}

function invalid(message: string): DeeplasiaError {
  return new DeeplasiaError("ERR_DEEPLASIA_OPTION", message);
}
