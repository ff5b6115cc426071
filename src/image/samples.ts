/** Reads samples of one or three channels from a file that sharp has opened. */
import type { OutputInfo, Sharp } from "sharp";
import sharp from "sharp";
import type { RawPicture } from "../native.js";
import type { DecodedPicture, DecodeOptions } from "./decodedPicture.js";
import type { PictureNote } from "./pictureNote.js";
import { unsupported } from "./refusal.js";

/** The pixel format of a file, and how it is read. */
export interface Samples extends Pick<RawPicture, "depth" | "luma"> {
  /** Whether it has one channel apart from alpha. */
  grey: boolean;
  hasAlpha: boolean;
  notes: readonly PictureNote[];
  role: DecodeOptions["role"];
  orientation: number;
}

const rawDepth = { 8: "uchar", 16: "ushort" } as const;
const greySpace = { 8: "b-w", 16: "grey16" } as const;
const colourSpace = { 8: "srgb", 16: "rgb16" } as const;

/** Reads the samples unchanged, upright. */
export async function read(picture: Sharp, samples: Samples): Promise<DecodedPicture> {
  const { grey, depth, luma, hasAlpha, notes, orientation } = samples;
  const upright = picture.autoOrient();
  // With alpha, grey is read as colour, because sharp returns only the first channel of grey.
  const { data, info } = await (hasAlpha ? upright : upright.removeAlpha())
    .toColourspace((grey && !hasAlpha ? greySpace : colourSpace)[depth])
    .raw({ depth: rawDepth[depth] })
    .toBuffer({ resolveWithObject: true });
  const channels = grey ? 1 : 3;
  const { width, height } = info;
  if (hasAlpha && info.channels === 4) return withoutAlpha(data, info, samples);
  if (info.channels !== channels) throw unsupported(`${info.channels} channels`);
  return { data, width, height, channels, depth, luma, notes, orientation };
}

/** Returns the colour without alpha; for a mask of one colour, returns its alpha. */
async function withoutAlpha(
  data: Buffer,
  { width, height }: OutputInfo,
  samples: Samples,
): Promise<DecodedPicture> {
  const { grey, depth, luma, role, orientation } = samples;
  const channels = grey ? 1 : 3;
  const all = () => sharp(asSamples(data, depth), { raw: { width, height, channels: 4 } });
  const channel = (i: 0 | 3) => all().extractChannel(i).toColourspace(greySpace[depth]);
  const raw = (part: Sharp) => part.raw({ depth: rawDepth[depth] }).toBuffer();
  const alpha = await raw(channel(3));
  const colour = await raw(grey ? channel(0) : all().removeAlpha().toColourspace(colourSpace[depth]));
  const plain = { data: colour, width, height, channels, depth, luma, orientation } as const;
  const alphaIsConstant = isConstant(alpha, depth / 8);
  if (alphaIsConstant && alpha[0] === 255) return { ...plain, notes: samples.notes };
  if (role === "mask" && !alphaIsConstant && isConstant(colour, (channels * depth) / 8)) {
    const text = "its mask has one colour and its shape in the alpha channel, which is used";
    const notes = [...samples.notes, { kind: "alpha-as-mask", text } as const];
    return { ...plain, data: alpha, channels: 1, notes };
  }
  const what = role === "mask" ? "its mask" : "it";
  const text = `${what} is transparent, at least in parts; transparency is ignored`;
  return { ...plain, notes: [...samples.notes, { kind: "transparent", text }] };
}

/**
 * Reads CMYK as RGB: red = (255 - cyan)(255 - key) / 255, and so on. Ignores the colour profile, as OpenCV does, so that
 * grey that was stored as CMYK is recovered. libvips would simulate a print instead.
 */
export async function readCmyk(
  picture: Sharp,
  depth: 8 | 16,
  notes: readonly PictureNote[],
  orientation: number,
): Promise<DecodedPicture> {
  const { data, info } = await picture
    .autoOrient()
    .pipelineColourspace("cmyk")
    .negate()
    .toColourspace("cmyk")
    .raw({ depth: rawDepth[depth] })
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  if (channels !== 4) throw unsupported(`CMYK with ${channels} channels`);
  // The negated key is how much of the colour is visible on black, like an alpha channel.
  const rgb = await sharp(asSamples(data, depth), { raw: { width, height, channels: 4 } })
    .flatten({ background: "black" })
    .toColourspace(colourSpace[depth])
    .raw({ depth: rawDepth[depth] })
    .toBuffer();
  return { data: rgb, width, height, channels: 3, depth, luma: "cvt", notes, orientation };
}

/** Returns whether all pixels are equal; each has `pixelBytes` bytes. */
function isConstant(data: Buffer, pixelBytes: number): boolean {
  return data.subarray(pixelBytes).equals(data.subarray(0, data.length - pixelBytes));
}

/** Returns a view of the memory as samples of 8 or 16 bits. */
export function asSamples(data: Uint8Array, depth: 8 | 16): Uint8Array | Uint16Array {
  const { buffer, byteOffset, byteLength } = data;
  return depth === 8 ? data : new Uint16Array(buffer, byteOffset, byteLength / 2);
}
