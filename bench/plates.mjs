/** Hard phantoms, and what the quality checks look for done to them. */
import sharp from "sharp";
import { native } from "../dist/native.js";

const raw = (data, width, height) => ({ data, width, height, channels: 1, depth: 8, luma: "png" });
const image = ({ data, width, height }) =>
  sharp(data, { raw: { width, height, channels: 1 } }).toColourspace("b-w");

async function taken(pipeline) {
  const { data, info } = await pipeline.toColourspace("b-w").raw().toBuffer({ resolveWithObject: true });
  return raw(new Uint8Array(data), info.width, info.height);
}

/** A plate with the exact mask of its hand. */
export async function drawPlate(seed, index, size = 400) {
  const drawn = await native().drawPhantom({
    ...{ seed, index, maleShare: 0.5, minAgeMonths: 4, maxAgeMonths: 222 },
    ...{ sizes: [size], depth: "8", hard: true },
  });
  const { width, height, facts } = drawn;
  return { picture: raw(drawn.image, width, height), mask: raw(drawn.mask, width, height), facts };
}

const mapped = (picture, change) => ({ ...picture, data: picture.data.map(change) });
export const inverted = (picture) => mapped(picture, (value) => 255 - value);
/** A sixteenth of the range of grey values is left. */
export const flattened = (picture) => mapped(picture, (value) => 100 + Math.round(value / 16));
export const turned = (picture, degrees) => taken(image(picture).rotate(degrees));

/** Half of the hand becomes white. */
export function burnt({ picture, mask }) {
  const greys = picture.data.filter((_, i) => mask.data[i] > 127).sort();
  const clip = Math.max(1, greys[Math.floor(greys.length / 2)]);
  return mapped(picture, (value) => Math.min(255, Math.round((value * 255) / clip)));
}

/** Cuts away the side to which the fingers point, through a third of the hand. */
export function cutFingers({ picture, mask, facts }) {
  const { width, height } = picture;
  const lit = [...mask.data.keys()].filter((i) => mask.data[i] > 127);
  const columns = lit.map((i) => i % width).sort((a, b) => a - b);
  const lines = lit.map((i) => Math.floor(i / width));
  const [first, last] = [columns[0], columns.at(-1)];
  const [upper, lower] = [lines[0], lines.at(-1)];
  const quarter = (((Math.round(facts.turnDegrees / 90) % 4) + 4) % 4) * 90;
  let [left, top, right, bottom] = [0, 0, width, height];
  if (quarter === 0) top = Math.round(upper + (lower - upper) / 3);
  else if (quarter === 90) right = Math.round(last - (last - first) / 3);
  else if (quarter === 180) bottom = Math.round(lower - (lower - upper) / 3);
  else left = Math.round(first + (last - first) / 3);
  return taken(image(picture).extract({ left, top, width: right - left, height: bottom - top }));
}

export async function beside(one, other) {
  const height = Math.max(one.height, other.height);
  const background = { width: one.width + other.width, height, channels: 3, background: "black" };
  const tiles = await Promise.all([one, other].map((each) => image(each).png().toBuffer()));
  const placed = tiles.map((input, i) => ({ input, left: i * one.width, top: 0 }));
  const both = await sharp({ create: background }).composite(placed).png().toBuffer();
  return taken(sharp(both).removeAlpha());
}

/** A corner of a plate that shows nothing of the hand; null where there is none. */
export async function corner({ picture, mask }) {
  const [width, height] = [Math.floor(picture.width / 3), Math.floor(picture.height / 3)];
  for (const left of [0, picture.width - width])
    for (const top of [0, picture.height - height]) {
      const part = await taken(image(mask).extract({ left, top, width, height }));
      if (part.data.every((value) => value < 128))
        return taken(image(picture).extract({ left, top, width, height }));
    }
  return null;
}
