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

/** Samples a picture and its mask; null if their sizes differ. */
export function sampled(picture: RawPicture, mask: RawPicture): Sampled | null {
  if (picture.width !== mask.width || picture.height !== mask.height) return null;
  const places = spread(picture.width, picture.height);
  const grey = greysAt(picture, places);
  const marks = greysAt(mask, places);
  const highest = marks.reduce((most, value) => Math.max(most, value), 0);
  const isMarked = (i: number) => marks[i]! > highest / 2;
  const between = marks.filter((value) => value > highest / 8 && value < (highest * 7) / 8);
  return {
    labels: labelsOf(marks),
    maskGreys: between.length / marks.length,
    inside: median(grey.filter((_, i) => isMarked(i))),
    outside: median(grey.filter((_, i) => !isMarked(i))),
  };
}

/** Returns positions of pixels, spread evenly over all rows and columns. */
function spread(width: number, height: number): number[] {
  const count = width * height;
  let step = Math.max(1, Math.floor(count / MAX_SAMPLES));
  while (step > 1 && commonDivisor(step, width) > 1) step += 1;
  return Array.from({ length: Math.ceil(count / step) }, (_, i) => i * step);
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}

function greysAt({ data, depth, channels }: RawPicture, places: readonly number[]): Float64Array {
  const samples = asSamples(data, depth);
  if (channels === 1) return Float64Array.from(places, (place) => samples[place]!);
  const grey = (at: number) => 0.299 * samples[at]! + 0.587 * samples[at + 1]! + 0.114 * samples[at + 2]!;
  return Float64Array.from(places, (place) => Math.round(grey(3 * place)));
}

function labelsOf(values: Float64Array): number[] {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  if (counts.size > MOST_LABELS) return [];
  const common = [...counts].filter(([, count]) => count >= COMMON * values.length);
  const ascending = common.map(([value]) => value).sort((a, b) => a - b);
  // A mask that was compressed with little loss has a few more values, close to its real ones.
  const isExact = counts.size === common.length;
  return isExact ? ascending : ascending.filter((value, i) => i === 0 || value - ascending[i - 1]! > LOSS);
}

const median = (values: Float64Array) => values.sort()[values.length >> 1] ?? Number.NaN;
