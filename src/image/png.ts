/** Reads the head of a PNG. sharp's own metadata call would take half as much time again on the event loop. */
import { unsupported } from "./refusal.js";

/** The pixel format of a PNG. */
export interface PngFacts {
  grey: boolean;
  depth: 8 | 16;
  hasAlpha: boolean;
  /** Number of frames; more than one in an animated PNG. */
  frames: number;
}

/** Returns whether a colour type is grey, with or without alpha. */
const isGrey = (colourType: number) => colourType === 0 || colourType === 4;
/** Set in colour types with alpha. */
const ALPHA_BIT = 4;

/** Reads the head of a PNG, damaged or not. Throws ERR_DEEPLASIA_IMAGE_UNREADABLE for Apple's own variant. */
export function pngFacts(bytes: Buffer): PngFacts {
  if (bytes.toString("latin1", 12, 16) === "CgBI") throw unsupported("Apple's variant of PNG (CgBI)");
  const [bitDepth = 8, colourType = 0] = [bytes[24], bytes[25]];
  const facts: PngFacts = {
    grey: isGrey(colourType),
    depth: bitDepth === 16 ? 16 : 8,
    hasAlpha: (colourType & ALPHA_BIT) !== 0,
    frames: 1,
  };
  for (let at = 33; at + 12 <= bytes.length; at += 12 + bytes.readUInt32BE(at)) {
    const type = bytes.toString("latin1", at + 4, at + 8);
    if (type === "IDAT") break;
    if (type === "tRNS") facts.hasAlpha = true;
    if (type === "acTL") facts.frames = bytes.readUInt32BE(at + 8);
  }
  return facts;
}
