/** A decoded picture as another device, archive or setting might have given it. */
import sharp, { type Sharp } from "sharp";
import type { DecodedPicture } from "./decodedPicture.js";
import { asSamples } from "./samples.js";

/** What is done to the grey values of a picture; its geometry stays. */
export type PictureChange =
  /** Adds a share of the range between the darkest and the brightest sample. */
  | { kind: "brightness"; share: number }
  /** Spreads the samples around their mean by a factor. */
  | { kind: "contrast"; factor: number }
  /** The brightest sample becomes the darkest. */
  | { kind: "inversion" }
  /** A bright letter in the upper left corner, as laterality markers are. */
  | { kind: "marker" }
  /** Resizes the picture to a share of its sides and back. */
  | { kind: "resolution"; share: number }
  /** Stores it as JPEG; a deeper picture has 8 bits then. */
  | { kind: "jpeg"; quality: number };

const COLOURSPACE = { 1: { 8: "b-w", 16: "grey16" }, 3: { 8: "srgb", 16: "rgb16" } } as const;
const LARGEST = { 8: 255, 16: 65_535 } as const;

/** The picture itself is left as it is. */
export async function changedPicture(
  picture: DecodedPicture,
  change: PictureChange,
): Promise<DecodedPicture> {
  switch (change.kind) {
    case "marker":
      return { ...picture, data: withMarker(picture) };
    case "jpeg":
      return asJpeg(picture, change.quality);
    case "resolution": {
      const { width, height } = picture;
      const size = (share: number) => [width, height].map((side) => Math.max(1, Math.round(side * share)));
      const [small, whole] = [size(change.share), [width, height]];
      const smaller = await samplesOf(picture, opened(picture).resize(...fitting(small)));
      return samplesOf(picture, opened(smaller).resize(...fitting(whole)));
    }
    default: {
      const { factor, offset } = await lineOf(picture, change);
      return samplesOf(picture, opened(picture).linear(factor, offset));
    }
  }
}

const fitting = ([width, height]: readonly number[]): [number, number, { fit: "fill" }] => [
  width!,
  height!,
  { fit: "fill" },
];

function opened({ data, width, height, channels, depth }: DecodedPicture): Sharp {
  return sharp(asSamples(data, depth), { raw: { width, height, channels }, limitInputPixels: false });
}

async function samplesOf(picture: DecodedPicture, changed: Sharp): Promise<DecodedPicture> {
  const { channels, depth } = picture;
  const { data, info } = await changed
    .toColourspace(COLOURSPACE[channels][depth])
    .raw({ depth: depth === 8 ? "uchar" : "ushort" })
    .toBuffer({ resolveWithObject: true });
  return { ...picture, data, width: info.width, height: info.height };
}

/** New sample = factor * sample + offset, cut to the samples' range. */
async function lineOf(
  picture: DecodedPicture,
  change: Extract<PictureChange, { kind: "brightness" | "contrast" | "inversion" }>,
): Promise<{ factor: number; offset: number }> {
  const { channels } = await opened(picture).stats();
  const darkest = Math.min(...channels.map(({ min }) => min));
  const brightest = Math.max(...channels.map(({ max }) => max));
  if (change.kind === "inversion") return { factor: -1, offset: darkest + brightest };
  if (change.kind === "brightness") return { factor: 1, offset: change.share * (brightest - darkest) };
  const mean = channels.reduce((sum, channel) => sum + channel.mean, 0) / channels.length;
  return { factor: change.factor, offset: mean * (1 - change.factor) };
}

/** Samples of 12 or 16 bits are spread over the range before they are cut to 8, as software for export does. */
async function asJpeg(picture: DecodedPicture, quality: number): Promise<DecodedPicture> {
  const { channels, depth } = picture;
  const brightest = Math.max(1, ...(await opened(picture).stats()).channels.map(({ max }) => max));
  const spread = depth === 8 ? opened(picture) : opened(picture).linear(LARGEST[16] / brightest, 0);
  const jpeg = await spread.toColourspace(COLOURSPACE[channels][8]).jpeg({ quality }).toBuffer();
  const shallow: DecodedPicture = { ...picture, depth: 8 };
  const { data } = await samplesOf(shallow, sharp(jpeg, { limitInputPixels: false }));
  return { ...shallow, data };
}

/** The letter's height and its distance from the corner, as shares of the shorter side. */
const LETTER = 0.06;
const FROM_CORNER = 0.03;

/** An L of two bars; samples are filled, so that other ones keep their values. */
function withMarker({ data, width, height, channels, depth }: DecodedPicture): Uint8Array {
  const copy = new Uint8Array(data);
  const samples = asSamples(copy, depth);
  const side = Math.min(width, height);
  const [letter, corner] = [Math.ceil(LETTER * side), Math.round(FROM_CORNER * side)];
  const bar = Math.ceil(letter / 5);
  for (let y = 0; y < letter && corner + y < height; y++) {
    const end = Math.min(width, corner + (y < letter - bar ? bar : Math.ceil(0.7 * letter)));
    const row = (corner + y) * width;
    samples.fill(LARGEST[depth], (row + corner) * channels, (row + end) * channels);
  }
  return copy;
}
