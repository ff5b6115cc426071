/**
 * Statistics of a few thousand pixels of a picture and its mask. They are enough to notice a doubtful mask, and cost little
 * compared with decoding. They only lead to notes and change no result.
 */
import type { RawPicture } from "../native.js";
import { asSamples } from "./samples.js";

/** Statistics of a picture and its mask. */
export interface Sampled {
  /** The common values of a mask that has only a few, ascending; empty for a mask that is not a map of labels. */
  labels: number[];
  /** Share of the mask's pixels that are neither nearly black nor nearly as bright as its brightest. */
  maskGreys: number;
  /** Median of the picture's marked pixels; NaN if there are none. */
  inside: number;
  /** Median of the picture's unmarked pixels; NaN if there are none. */
  outside: number;
}

const MAX_SAMPLES = 4096;
/** A map of labels has few values; soft edges and lossy compression produce dozens. */
const MOST_LABELS = 16;
/** How much compression changes a value. */
const LOSS = 3;
/** Share of the pixels from which on a value counts as common. */
const COMMON = 0.005;

/** Samples a picture and its mask; null if their sizes differ. Runs for every picture on the main thread, so in plain loops. */
export function sampled(picture: RawPicture, mask: RawPicture): Sampled | null {
  if (picture.width !== mask.width || picture.height !== mask.height) return null;
  const step = stepOf(picture.width, picture.height);
  const grey = greysAt(picture, step);
  const marks = greysAt(mask, step);
  const values = countsOf(marks);
  const highest = values.length - 1;
  const inside = new Uint16Array(marks.length);
  const outside = new Uint16Array(marks.length);
  let [marked, unmarked, between] = [0, 0, 0];
  for (let i = 0; i < marks.length; i++) {
    const mark = marks[i]!;
    if (mark > highest / 2) inside[marked++] = grey[i]!;
    else outside[unmarked++] = grey[i]!;
    if (mark > highest / 8 && mark < (highest * 7) / 8) between++;
  }
  return {
    labels: labelsOf(values, marks.length),
    maskGreys: between / marks.length,
    inside: median(inside.subarray(0, marked)),
    outside: median(outside.subarray(0, unmarked)),
  };
}

/** Returns the distance of samples, so that they are spread evenly over all rows and columns. */
function stepOf(width: number, height: number): number {
  let step = Math.max(1, Math.floor((width * height) / MAX_SAMPLES));
  while (step > 1 && commonDivisor(step, width) > 1) step += 1;
  return step;
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}

/** Returns the grey value of every pixel whose index is a multiple of the step. */
function greysAt({ data, depth, channels, width, height }: RawPicture, step: number): Uint16Array {
  const samples = asSamples(data, depth);
  const greys = new Uint16Array(Math.ceil((width * height) / step));
  for (let i = 0, at = 0; i < greys.length; i++, at += channels * step)
    greys[i] =
      channels === 1
        ? samples[at]!
        : Math.round(0.299 * samples[at]! + 0.587 * samples[at + 1]! + 0.114 * samples[at + 2]!);
  return greys;
}

/** Returns how often each value occurs, up to the highest. */
function countsOf(values: Uint16Array): Uint32Array {
  let highest = 0;
  for (const value of values) if (value > highest) highest = value;
  const counts = new Uint32Array(highest + 1);
  for (const value of values) counts[value]!++;
  return counts;
}

function labelsOf(counts: Uint32Array, total: number): number[] {
  const occurring: number[] = [];
  for (let value = 0; value < counts.length; value++) {
    if (counts[value] === 0) continue;
    if (occurring.length === MOST_LABELS) return [];
    occurring.push(value);
  }
  const common = occurring.filter((value) => counts[value]! >= COMMON * total);
  // A mask that was compressed with little loss has a few more values, close to its real ones.
  const isExact = occurring.length === common.length;
  return isExact ? common : common.filter((value, i) => i === 0 || value - common[i - 1]! > LOSS);
}

/** Returns the upper median; NaN of no values. */
function median(values: Uint16Array): number {
  if (values.length === 0) return Number.NaN;
  const counts = countsOf(values);
  let value = 0;
  for (let below = counts[0]!; below <= values.length >> 1; below += counts[value]!) value++;
  return value;
}
