/** DICOM's RLE (PS3.5 annex G): a segment a byte of a sample, the highest first, each packed as PackBits. */
import { unreadable } from "../image/refusal.js";
import type { PixelDescription } from "./pixelDescription.js";

/** 16 numbers of 32 bits: how many segments there are, and where each begins. */
const HEADER_BYTES = 64;

/** Returns samples in little endian, interleaved. */
export function decodeRle(
  bytes: Uint8Array,
  { width, height, samples, bitsAllocated }: PixelDescription,
): Uint8Array {
  const sampleBytes = Math.ceil(bitsAllocated / 8);
  const segments = samples * sampleBytes;
  if (bytes.length < HEADER_BYTES) throw unreadable("its RLE header is cut off");
  const header = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES);
  const found = header.getUint32(0, true);
  if (found !== segments) throw unreadable(`it has ${found} RLE segments where ${segments} are needed`);
  const out = new Uint8Array(width * height * segments);
  for (let segment = 0; segment < segments; segment++) {
    const start = header.getUint32(4 + 4 * segment, true);
    const end = segment + 1 < segments ? header.getUint32(8 + 4 * segment, true) : bytes.length;
    if (start < HEADER_BYTES || end < start || end > bytes.length)
      throw unreadable("its RLE segments overlap or are cut off");
    const sample = Math.floor(segment / sampleBytes);
    const byte = sampleBytes - 1 - (segment % sampleBytes);
    unpack(bytes.subarray(start, end), out, sample * sampleBytes + byte, segments, width * height);
  }
  return out;
}

/** PackBits: n < 128: n + 1 bytes follow; n > 128: the next byte, 257 - n times. */
function unpack(packed: Uint8Array, out: Uint8Array, offset: number, step: number, count: number): void {
  let at = 0;
  let done = 0;
  while (done < count && at < packed.length) {
    const n = packed[at++]!;
    if (n === 128) continue;
    const length = Math.min(n < 128 ? n + 1 : 257 - n, count - done);
    if (at + (n < 128 ? length : 1) > packed.length) break;
    for (let i = 0; i < length; i++) out[offset + step * done++] = packed[n < 128 ? at + i : at]!;
    at += n < 128 ? n + 1 : 1;
  }
  if (done < count) throw unreadable("its RLE pixels are cut off");
}
