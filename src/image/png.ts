/** What the head of a PNG says; asking sharp would take half as much of the event loop's time again. */
import { unsupported } from "./refusal.js";

export interface PngFacts {
  grey: boolean;
  depth: 8 | 16;
  hasAlpha: boolean;
  /** More than one in an animated PNG. */
  frames: number;
}

/** PNG's colour types that are grey, and those with alpha; bit 2 of the type. */
const isGrey = (colourType: number) => colourType === 0 || colourType === 4;
const ALPHA_BIT = 4;

/** Of the bytes of a PNG, damaged or not. Throws ERR_DEEPLASIA_IMAGE_UNREADABLE, "not supported", for one of Apple's own. */
export function pngFacts(bytes: Buffer): PngFacts {
  if (bytes.toString("latin1", 12, 16) === "CgBI") throw unsupported("PNG in Apple's own form (CgBI)");
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
