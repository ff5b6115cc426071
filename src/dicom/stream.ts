/** Reads the size of a picture from the head of its compressed stream, before a codec allocates memory for it. */
import { unreadable } from "../image/refusal.js";
import type { PixelDescription } from "./pixelDescription.js";

export interface StreamFacts {
  width: number;
  height: number;
  components: number;
  /** Bits a sample. */
  precision: number;
  /** JPEG 2000 states it itself; JPEG and JPEG-LS do not. */
  isSigned: boolean | null;
}

/** JPEG and JPEG-LS: markers that begin a frame. */
const FRAMES = new Set([0xc0, 0xc1, 0xc2, 0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf, 0xf7]);
/** Component samplings of up to four components. */
const MOST_COMPONENTS = 4;

/** Returns the facts, or null where no frame header is found. */
export function streamFacts(bytes: Uint8Array): StreamFacts | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    const at = codestream(bytes);
    if (view.getUint16(at) === 0xff4f) return sizeMarker(view, at);
    if (view.getUint16(0) === 0xffd8) return frameHeader(view);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return null;
}

/** Where the JPEG 2000 codestream begins: at once, or in the box of a JP2 file. */
function codestream(bytes: Uint8Array): number {
  if (bytes[0] === 0xff) return 0;
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 4096)).indexOf(
    Buffer.from([0xff, 0x4f, 0xff, 0x51]),
  );
  return Math.max(start, 0);
}

function sizeMarker(view: DataView, at: number): StreamFacts {
  const depth = view.getUint8(at + 42);
  return {
    width: view.getUint32(at + 8) - view.getUint32(at + 16),
    height: view.getUint32(at + 12) - view.getUint32(at + 20),
    components: view.getUint16(at + 40),
    precision: (depth & 0x7f) + 1,
    isSigned: (depth & 0x80) !== 0,
  };
}

function frameHeader(view: DataView): StreamFacts | null {
  for (let at = 2; at + 4 <= view.byteLength; ) {
    if (view.getUint8(at) !== 0xff) return null;
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) at++;
    else if (FRAMES.has(marker))
      return {
        precision: view.getUint8(at + 4),
        height: view.getUint16(at + 5),
        width: view.getUint16(at + 7),
        components: view.getUint8(at + 9),
        isSigned: null,
      };
    else at += 2 + view.getUint16(at + 2);
  }
  return null;
}

/** @throws DeeplasiaError ERR_DEEPLASIA_IMAGE_UNREADABLE where stream and header are not about the same picture. */
export function requireSameSize(facts: StreamFacts | null, wanted: PixelDescription): StreamFacts {
  if (facts === null) throw unreadable("its compressed pixels have no frame header");
  const { width, height, components, precision } = facts;
  if (
    width !== wanted.width ||
    height !== wanted.height ||
    components !== wanted.samples ||
    components > MOST_COMPONENTS
  )
    throw unreadable(
      `its compressed pixels are ${width} x ${height} with ${components} samples, and its header has ${wanted.width} x ${wanted.height} with ${wanted.samples}`,
    );
  if (precision < 1 || precision > 16 || (precision > 8 && wanted.bitsAllocated === 8))
    throw unreadable(
      `its compressed pixels have ${precision} bits, and its header has ${wanted.bitsAllocated}`,
    );
  return facts;
}
