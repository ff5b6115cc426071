/** Reads the markers of a JPEG, and removes parts that decoders warn about although no pixel is missing. */
import { unsupported } from "./refusal.js";

interface Segment {
  marker: number;
  /** Position of the marker's 0xff. */
  start: number;
  /** Position of the first byte behind the segment. */
  end: number;
}

const SOS = 0xda;
const APP0 = 0xe0;
const EOI = 0xd9;
/** Markers of sequential frames in Huffman codes. */
const HUFFMAN = [0xc0, 0xc1];
const SEQUENTIAL = [...HUFFMAN, 0xc9];
const PROCESSES: Record<number, string> = {
  195: "lossless JPEG",
  197: "hierarchical JPEG",
  198: "hierarchical JPEG",
  199: "lossless JPEG",
  203: "lossless JPEG",
  205: "hierarchical JPEG",
  206: "hierarchical JPEG",
  207: "lossless JPEG",
  247: "JPEG-LS",
};
const isFrame = (marker: number) =>
  marker === 0xf7 || (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker));

/** Returns the segments up to and including the head of the first scan. Skips bytes between them, as decoders do. */
function segments(bytes: Buffer): Segment[] {
  const found: Segment[] = [];
  for (let at = 2; at + 4 <= bytes.length; ) {
    const start = bytes.indexOf(0xff, at);
    const marker = bytes[start + 1];
    if (start === -1 || marker === undefined || start + 4 > bytes.length) break;
    if (marker === 0xff || marker === 0) {
      at = start + 1;
      continue;
    }
    const end = start + 2 + bytes.readUInt16BE(start + 2);
    found.push({ marker, start, end });
    if (marker === SOS) break;
    at = end;
  }
  return found;
}

/** Throws ERR_DEEPLASIA_IMAGE_UNREADABLE, "not supported", for an unsupported kind of JPEG. */
export function requireUsualJpeg(bytes: Buffer): void {
  const frame = segments(bytes).find(({ marker }) => isFrame(marker));
  if (frame === undefined) return;
  const process = PROCESSES[frame.marker];
  if (process !== undefined) throw unsupported(process);
  const bits = bytes[frame.start + 4];
  if (bits !== undefined && bits !== 8) throw unsupported(`JPEG of ${bits} bits`);
}

/**
 * Returns the same picture without extraneous bytes between the head's segments, with a known JFIF version, and with the
 * values in the scan's head that a sequential JPEG must have. Decoders warn about these and ignore them.
 */
export function plainJpeg(bytes: Buffer): Buffer {
  const all = segments(bytes);
  const scan = all.at(-1);
  if (scan?.marker !== SOS || scan.end > bytes.length) return bytes;
  const isSequential = all.some(({ marker }) => SEQUENTIAL.includes(marker));
  const parts = all.map(({ marker, start, end }) => {
    const segment = Buffer.from(bytes.subarray(start, end));
    if (marker === APP0 && segment.toString("latin1", 4, 9) === "JFIF\0" && segment.length > 10)
      segment[9] = 1;
    if (marker === SOS && isSequential) segment.set([0, 63, 0], segment.length - 3);
    return segment;
  });
  return Buffer.concat([bytes.subarray(0, 2), ...parts, bytes.subarray(scan.end)]);
}

/** Replaces the end marker: bits that are no Huffman code, slightly more than a decoder reads ahead. */
const NO_CODE = Buffer.from("ff00".repeat(8), "hex");

/**
 * Returns the same picture, changed so that decoders fail if data is missing. At an end marker that comes too early,
 * decoders make up the rest and only warn, and libvips does not check for warnings in its last strip. Without the end
 * marker, decoders fail at the end of the file.
 */
export function strictJpeg(bytes: Buffer): Buffer {
  const all = segments(bytes);
  const scan = all.at(-1);
  const frame = all.find(({ marker }) => isFrame(marker));
  if (scan?.marker !== SOS || frame === undefined || !HUFFMAN.includes(frame.marker)) return bytes;
  const isOnlyScan = bytes[scan.start + 4] === bytes[frame.start + 9];
  const end = endOfScan(bytes, scan.end);
  if (!isOnlyScan || end === -1 || bytes[end + 1] !== EOI) return bytes;
  return Buffer.concat([bytes.subarray(0, end), NO_CODE]);
}

/** Returns the position of the first marker behind a scan's data, apart from restart markers; -1 if there is none. */
function endOfScan(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at !== -1; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1];
    if (next === undefined) return -1;
    const isData = next === 0 || next === 0xff || (next >= 0xd0 && next <= 0xd7);
    if (!isData) return at;
  }
  return -1;
}
