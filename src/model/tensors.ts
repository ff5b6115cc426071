/** Checks of the tensors that a caller passes to a network, before native code gets them. All throw ERR_DEEPLASIA_OPTION. */

import type { Contract } from "../contract/contract.js";
import { DeeplasiaError } from "../errors.js";
import { plural } from "../plural.js";
import { shown } from "../schema/checkValue.js";

export type Shape = [batch: number, channels: number, height: number, width: number];
export type Numbers = ArrayLike<number>;
/** Which sex is 1 in the network's second input. */
export type SexEncoding = Contract["sexEncoding"];

/** Refuses data that are not a tensor of that shape. */
export function requireShape(data: Float32Array, shape: readonly number[]): asserts shape is Shape {
  const isShape =
    Array.isArray(shape) &&
    shape.length === 4 &&
    shape.every((side) => Number.isSafeInteger(side) && side > 0);
  if (!isShape) throw invalid(`shape ${shown(shape)} must be four whole numbers of at least 1`, SHAPE);
  if (!(data instanceof Float32Array)) throw invalid(`data ${shown(data)} must be a Float32Array`, DATA);
  const elements = shape.reduce((product, side) => product * side, 1);
  if (data.length !== elements) {
    const means = `shape [${shape.join(", ")}] means ${elements}`;
    throw invalid(`data holds ${data.length} values, but ${means}`, DATA);
  }
}

/** Refuses data with NaN or infinity, because some networks return a number for them all the same. */
export function requireFinite(data: Float32Array): void {
  // A plain loop: `every` takes ten times as long.
  for (let i = 0; i < data.length; i++)
    if (!Number.isFinite(data[i]))
      throw invalid(`data[${i}] is ${data[i]}: it must be a finite number`, DATA);
}

/** Returns one number for each row; `name` is the argument's name in messages. NaN and infinity pass: a training step reports them. */
export function rowValues(name: string, values: Numbers, rows: number): Float32Array {
  const isList = Array.isArray(values) || (ArrayBuffer.isView(values) && "length" in values);
  if (!isList) throw invalid(`${name} ${shown(values)} must be a list of numbers`, rowsText(name));
  if (values.length !== rows)
    throw invalid(
      `${name} holds ${plural(values.length, "value")} for ${plural(rows, "row")}`,
      rowsText(name),
    );
  for (let i = 0; i < rows; i++)
    if (typeof values[i] !== "number")
      throw invalid(`${name}[${i}] is ${shown(values[i])}: it must be a number`, rowsText(name));
  return Float32Array.from(values);
}

/** Returns the sex of each row: 1 is male, 0 is female. Values between the two have no meaning for a bone age. */
export function maleValues(male: Numbers, rows: number): Float32Array {
  const values = rowValues("male", male, rows);
  const wrong = values.findIndex((value) => value !== 0 && value !== 1);
  if (wrong !== -1) throw invalid(`male[${wrong}] is ${male[wrong]}: it must be 1 or 0`, MALE);
  return values;
}

/** Returns the sex in the network's own encoding, from 1 = male; null for a network without that input. */
export function encodeSex(
  encoding: SexEncoding,
  male: Numbers | null | undefined,
  rows: number,
): Float32Array | null {
  const given = male === null || male === undefined ? null : maleValues(male, rows);
  if (encoding === "none") return null;
  if (given === null) throw invalid("this model needs the sex, but male is missing", MALE);
  return encoding === "male-1" ? given : given.map((value) => 1 - value);
}

const SHAPE = "Give the shape as [batch, channels, height, width].";
const DATA = "Give a Float32Array of batch * channels * height * width finite values, row-major.";
const MALE = "Pass male, one value a row: 1 male, 0 female.";

function rowsText(name: string): string {
  return name === "male" ? MALE : `Pass ${name}, one number a row.`;
}

function invalid(message: string, remedy: string): DeeplasiaError {
  return new DeeplasiaError("ERR_DEEPLASIA_OPTION", message, { remedy });
}
