/** A hand's mask as the service shows it: its outline, a PNG, and where it lies. */
import sharp, { type Sharp } from "sharp";
import { readAnew } from "../image/readPicture.js";
import { asSamples } from "../image/samples.js";
import { type Turn, turned } from "../image/turned.js";
import type { FoundMask } from "../prediction/arguments.js";
import { type Polygon, polygonsOf } from "./polygons.js";

/** What was asked for of a mask; null for what was not. */
export interface ShownMask {
  /** Pixels of the picture. */
  outline: Polygon[] | null;
  /** PNG, 255 on the hand. */
  png: Buffer | null;
}

/** Side at which outlines are traced, pixels: finer ones would not be seen. */
const TRACED_SIDE = 512;

export async function shownMask(
  { data, width, height }: FoundMask,
  want: { outline: boolean; mask: boolean },
): Promise<ShownMask> {
  const raw = () => sharp(data, { raw: { width, height, channels: 1 }, limitInputPixels: false });
  return {
    outline: want.outline ? await outlineOf(raw(), { width, height }) : null,
    png: want.mask ? await raw().toColourspace("b-w").png().toBuffer() : null,
  };
}

async function outlineOf(
  mask: Sharp,
  { width, height }: { width: number; height: number },
): Promise<Polygon[]> {
  const { data, info } = await mask
    .resize({
      width: TRACED_SIDE,
      height: TRACED_SIDE,
      fit: "inside",
      kernel: "nearest",
      withoutEnlargement: true,
    })
    .toColourspace("b-w")
    .raw()
    .toBuffer({ resolveWithObject: true });
  const scale = { x: width / info.width, y: height / info.height };
  const toPicture = ([x, y]: readonly [number, number]): [number, number] => [
    Math.round(10 * x * scale.x) / 10,
    Math.round(10 * y * scale.y) / 10,
  ];
  return polygonsOf(data, info).map((polygon) => polygon.map(toPicture));
}

/** A mask that came with a request. */
export interface GivenMask extends FoundMask {
  /** Share of its pixels that it marks. */
  area: number;
  /** Of what it marks, pixels. */
  box: { x: number; y: number; width: number; height: number };
}

/** Above half of its highest value is the hand. */
export async function givenMask(bytes: Uint8Array, turn: Turn): Promise<GivenMask> {
  const { picture, giveBack } = await turned(await readAnew(bytes, "mask"), turn);
  try {
    const { data, width, height, channels, depth } = picture;
    const grey = sharp(asSamples(data, depth), { raw: { width, height, channels }, limitInputPixels: false })
      .toColourspace("b-w")
      .normalise({ lower: 0, upper: 100 });
    const marks = await grey.threshold(128).toColourspace("b-w").raw().toBuffer();
    const raw = () => sharp(marks, { raw: { width, height, channels: 1 }, limitInputPixels: false });
    const [{ channels: means }, { info }] = await Promise.all([
      raw().stats(),
      raw().trim({ background: "black", threshold: 1 }).raw().toBuffer({ resolveWithObject: true }),
    ]);
    const { trimOffsetLeft: left = 0, trimOffsetTop: top = 0 } = info;
    return {
      ...{ data: marks, width, height, area: means[0]!.mean / 255 },
      box: { x: -left, y: -top, width: info.width, height: info.height },
    };
  } finally {
    giveBack();
  }
}
