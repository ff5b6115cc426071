/**
 * Stored values to grey levels as a display shows them (PS3.3 C.11, PS3.4 N.2): modality LUT or rescale, VOI LUT or window,
 * inversion. White is 65535, and bone is white.
 */
import type { DataSet } from "dicom-parser";
import { unreadable } from "../image/refusal.js";
import { readLut } from "./lut.js";
import type { PixelDescription } from "./pixelDescription.js";
import type { Samples } from "./samples.js";

export interface Grey {
  data: Uint8Array | Uint16Array;
  depth: 8 | 16;
  /** There is neither a window nor a VOI LUT, so the range of values that occur is shown from black to white. */
  isStretched: boolean;
}

type Transfer = (value: number) => number;

/** Grey levels of the samples of a file with one sample a pixel. */
export function toGrey(samples: Samples, elements: DataSet, description: PixelDescription): Grey {
  const modality = modalityOf(elements, description);
  const voi = voiOf(elements);
  const isInverted =
    description.photometric === "MONOCHROME1" || (elements.string("x20500020") ?? "").trim() === "INVERSE";
  if (voi === null && modality === null && samples instanceof Uint8Array && description.bitsStored === 8)
    return { data: isInverted ? samples.map((value) => 255 - value) : samples, depth: 8, isStretched: false };
  const rescaled = modality ?? ((value) => value);
  const [low, high] = rangeOf(samples, description);
  const shown = voi ?? stretch(rescaled(low), rescaled(high));
  const level = (value: number) => {
    const share = Math.min(Math.max(shown(rescaled(value)), 0), 1);
    return Math.round(65535 * (isInverted ? 1 - share : share));
  };
  return { data: mapped(samples, low, high, level), depth: 16, isStretched: voi === null };
}

/** Rescale or modality LUT; null: the stored values are the values. */
function modalityOf(elements: DataSet, description: PixelDescription): Transfer | null {
  const lut = readLut(elements.elements.x00283000, description.isSigned);
  if (lut !== null) return (value) => lut.at(value);
  const slope = numberAt(elements, "x00281053");
  const intercept = numberAt(elements, "x00281052");
  if (slope === null && intercept === null) return null;
  return (value) => value * (slope ?? 1) + (intercept ?? 0);
}

/** The first VOI LUT or window, as a share of white from 0 to 1; null where there is none. */
function voiOf(elements: DataSet): Transfer | null {
  const isSigned = elements.uint16("x00280103") === 1;
  const lut = readLut(elements.elements.x00283010, isSigned);
  if (lut !== null) return (value) => lut.at(value) / lut.white;
  const centre = numberAt(elements, "x00281050");
  const width = numberAt(elements, "x00281051");
  if (centre === null || width === null) return null;
  if (!(width > 0))
    throw unreadable(`its WindowWidth is ${width}`, "Set a window in the file, or remove it.");
  return window(centre, width, (elements.string("x00281056") ?? "LINEAR").trim());
}

/** PS3.3 C.11.2.1.2 and C.11.2.1.3. */
function window(centre: number, width: number, shape: string): Transfer {
  if (shape === "SIGMOID") return (value) => 1 / (1 + Math.exp((-4 * (value - centre)) / width));
  if (shape === "LINEAR_EXACT") return (value) => (value - centre) / width + 0.5;
  if (shape !== "LINEAR") throw unreadable("its VOILUTFunction is none of LINEAR, LINEAR_EXACT and SIGMOID");
  if (width <= 1) return (value) => (value > centre - 0.5 ? 1 : 0);
  return (value) => (value - (centre - 0.5)) / (width - 1) + 0.5;
}

function stretch(a: number, b: number): Transfer {
  const [black, white] = a < b ? [a, b] : [b, a];
  return black === white ? () => 0 : (value) => (value - black) / (white - black);
}

function rangeOf(samples: Samples, { bitsAllocated }: PixelDescription): [low: number, high: number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of samples) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (bitsAllocated === 32 && high - low > 2 ** 24) throw unreadable("its values need more than 24 bits");
  return [low, high];
}

/** Each value that can occur is computed once. */
function mapped(samples: Samples, low: number, high: number, level: Transfer): Uint16Array {
  const table = new Uint16Array(high - low + 1);
  for (let value = low; value <= high; value++) table[value - low] = level(value);
  const out = new Uint16Array(samples.length);
  for (let i = 0; i < samples.length; i++) out[i] = table[samples[i]! - low]!;
  return out;
}

/** The first value of an element of decimal strings; null where it has none. */
function numberAt(elements: DataSet, tag: string): number | null {
  const text = elements.string(tag, 0)?.trim();
  if (text === undefined || text === "") return null;
  const value = Number(text);
  if (!Number.isFinite(value)) throw unreadable(`its element ${tag.slice(1)} is no number`);
  return value;
}
