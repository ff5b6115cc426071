/** Stored bytes to numbers: as pydicom's `pixel_array` has them, colour interleaved. */
import { unreadable } from "../image/refusal.js";
import type { PixelDescription } from "./pixelDescription.js";

export type Samples = Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array;

/** `isBigEndian`: samples of more than 8 bits, and 8-bit samples that were written as 16-bit words (`isWords`). */
export function unpackSamples(
  bytes: Uint8Array,
  description: PixelDescription,
  { isBigEndian = false, isWords = false }: { isBigEndian?: boolean; isWords?: boolean } = {},
): Samples {
  const { width, height, samples, bitsAllocated, photometric, isPlanar } = description;
  const count = width * height * samples;
  // YBR_FULL_422 halves the colour of raw pixels: two pixels in four bytes.
  const isHalved = photometric === "YBR_FULL_422" && bytes.length < count;
  const needed = isHalved ? width * height * 2 : Math.ceil((count * bitsAllocated) / 8);
  if (bytes.length < needed) throw unreadable(`its pixels are cut off: ${bytes.length} bytes of ${needed}`);
  // A copy, whatever the class: Buffer's own slice is a view of the file.
  const own = Uint8Array.prototype.slice.call(
    bytes,
    0,
    isBigEndian && isWords ? needed + (needed % 2) : needed,
  );
  if (isBigEndian && (bitsAllocated === 16 || (bitsAllocated === 8 && isWords))) swapWords(own);
  if (isBigEndian && bitsAllocated === 32) Buffer.from(own.buffer).swap32();
  if (bitsAllocated === 1) return unpackBits(own, count);
  if (bitsAllocated === 8 && isHalved) return doubled(own, count);
  if (bitsAllocated === 8)
    return isPlanar
      ? interleaved(own.subarray(0, count), count)
      : signed8(own.subarray(0, count), description);
  return withoutHighBits(own, count, description);
}

/** Swaps the bytes of each 16-bit word; an odd last byte, whose word is cut off, stays. */
function swapWords(own: Uint8Array): void {
  Buffer.from(own.buffer, own.byteOffset, own.length - (own.length % 2)).swap16();
}

/** The first pixel is the lowest bit. */
function unpackBits(bytes: Uint8Array, count: number): Uint8Array {
  const out = new Uint8Array(count);
  for (let i = 0; i < count; i++) out[i] = (bytes[i >> 3]! >> (i & 7)) & 1;
  return out;
}

function doubled(bytes: Uint8Array, count: number): Uint8Array {
  const out = new Uint8Array(count);
  for (let pair = 0; 6 * pair < count; pair++) {
    const [first = 0, second = 0, blue = 0, red = 0] = bytes.subarray(4 * pair, 4 * pair + 4);
    out.set([first, blue, red, second, blue, red].slice(0, count - 6 * pair), 6 * pair);
  }
  return out;
}

function interleaved(planes: Uint8Array, count: number): Uint8Array {
  const out = new Uint8Array(count);
  const pixels = count / 3;
  for (let i = 0; i < count; i++) out[i] = planes[(i % 3) * pixels + Math.floor(i / 3)]!;
  return out;
}

function signed8(bytes: Uint8Array, { isSigned, bitsStored, samples }: PixelDescription): Samples {
  if (samples === 3 || (!isSigned && bitsStored === 8)) return bytes;
  const unused = 32 - bitsStored;
  return isSigned
    ? Int16Array.from(bytes, (value) => (value << unused) >> unused)
    : bytes.map((value) => value & ((1 << bitsStored) - 1));
}

/** Bits above BitsStored hold overlays or garbage; a sign is extended from the highest stored bit. */
function withoutHighBits(
  own: Uint8Array,
  count: number,
  { bitsAllocated, bitsStored, isSigned }: PixelDescription,
): Samples {
  const { buffer, byteOffset } = own;
  if (bitsAllocated === 32)
    return isSigned ? new Int32Array(buffer, byteOffset, count) : new Uint32Array(buffer, byteOffset, count);
  const values = isSigned
    ? new Int16Array(buffer, byteOffset, count)
    : new Uint16Array(buffer, byteOffset, count);
  if (bitsStored === 16) return values;
  const unused = 32 - bitsStored;
  for (let i = 0; i < count; i++)
    values[i] = isSigned ? (values[i]! << unused) >> unused : (values[i]! << unused) >>> unused;
  return values;
}
