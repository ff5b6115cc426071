/** A copy of a picture for people: at most 1024 pixels a side, 8 bits, the mask's outline in it, lines of text below it. */
import type { DicomPicture } from "../decodeDicom.js";
import { drawText, textSize } from "./bitmapText.js";
import type { Finding, Mask } from "./finding.js";

export interface GreyPicture {
  data: Uint8Array;
  width: number;
  height: number;
}

/** The pixels of a decoded picture. */
export type Pixels = Pick<DicomPicture, "data" | "width" | "height" | "channels" | "depth">;

const LONGEST_SIDE = 1024;

/** Draws into `picture`, as `reducedCopy` returns it, and returns it with the lines below it. */
export function annotatedCopy(
  picture: GreyPicture,
  { mask, lines }: Pick<Finding, "mask" | "lines">,
): GreyPicture {
  const copy = { ...picture, data: Uint8Array.from(picture.data) };
  if (mask !== null) outline(copy, mask);
  const longest = textSize(lines, 1).width;
  const scale = Math.max(1, Math.min(4, Math.floor(copy.width / longest)));
  const text = textSize(lines, scale);
  const width = Math.max(copy.width, text.width);
  const data = new Uint8Array(width * (copy.height + text.height));
  for (let y = 0; y < copy.height; y++)
    data.set(copy.data.subarray(y * copy.width, (y + 1) * copy.width), y * width);
  drawText({ data, width }, lines, { top: copy.height, scale });
  return { data, width, height: copy.height + text.height };
}

/** The means of squares of pixels. */
export function reducedCopy({ data, width, height, channels, depth }: Pixels): GreyPicture {
  const side = Math.max(1, Math.ceil(Math.max(width, height) / LONGEST_SIDE));
  const [w, h] = [Math.max(1, Math.floor(width / side)), Math.max(1, Math.floor(height / side))];
  const out = new Uint8Array(w * h);
  const greyAt = (at: number) =>
    channels === 1 ? data[at]! : 0.299 * data[at]! + 0.587 * data[at + 1]! + 0.114 * data[at + 2]!;
  const share = (side * side * (depth === 16 ? 65535 : 255)) / 255;
  for (let y = 0; y < h; y++)
    for (let x = 0; x < w; x++) {
      let sum = 0;
      for (let dy = 0; dy < Math.min(side, height); dy++)
        for (let dx = 0; dx < Math.min(side, width); dx++)
          sum += greyAt(channels * ((y * side + dy) * width + x * side + dx));
      out[y * w + x] = Math.round(sum / share);
    }
  return { data: out, width: w, height: h };
}

/** White where the mask ends, with black around it, so that it shows on every grey. */
function outline({ data, width, height }: GreyPicture, mask: Mask): void {
  const isHand = insideOf(mask, width, height);
  const isEdge = (x: number, y: number) =>
    isHand(x, y) && !(isHand(x - 1, y) && isHand(x + 1, y) && isHand(x, y - 1) && isHand(x, y + 1));
  const edge: number[] = [];
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) if (isEdge(x, y)) edge.push(y * width + x);
  for (const at of edge)
    for (const beside of [at - 1, at + 1, at - width, at + width])
      if (!isHand(beside % width, Math.floor(beside / width))) data[beside] = 0;
  for (const at of edge) data[at] = 255;
}

/** The mask at the size of the copy. */
function insideOf({ data, width, height, channels, depth }: Mask, w: number, h: number) {
  const values = depth === 16 ? new Uint16Array(data.buffer, data.byteOffset, data.length / 2) : data;
  let highest = 0;
  for (const value of values) highest = Math.max(highest, value);
  return (x: number, y: number) => {
    if (x < 0 || y < 0 || x >= w || y >= h) return false;
    const [column, row] = [Math.floor(((x + 0.5) * width) / w), Math.floor(((y + 0.5) * height) / h)];
    return values[channels * (row * width + column)]! > highest / 2;
  };
}
