/** What the markers of a JPEG say, and the same file without what decoders warn of though no pixel is missing. */
import { unsupported } from "./refusal.js";

interface Segment {
  marker: number;
  /** Of the marker's 0xff, and of the first byte behind the segment. */
  start: number;
  end: number;
}

const SOS = 0xda;
const APP0 = 0xe0;
const EOI = 0xd9;
/** Frames of one scan after the other, in Huffman codes. */
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

/** The segments up to the first scan's head, it included; what lies between them is skipped, as decoders do. */
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

/** Throws ERR_DEEPLASIA_IMAGE_UNREADABLE, "not supported", for a kind of JPEG that is not read. */
export function requireUsualJpeg(bytes: Buffer): void {
  const frame = segments(bytes).find(({ marker }) => isFrame(marker));
  if (frame === undefined) return;
  const process = PROCESSES[frame.marker];
  if (process !== undefined) throw unsupported(process);
  const bits = bytes[frame.start + 4];
  if (bits !== undefined && bits !== 8) throw unsupported(`JPEG of ${bits} bits`);
}

/**
 * The same picture without extraneous bytes between the segments of its head, with a JFIF version that is known, and
 * with the numbers in the scan's head that a sequential JPEG has: decoders warn of these, and ignore them.
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

/** In place of the end marker: bits that are no code, a little more than a decoder reads ahead. */
const NO_CODE = Buffer.from("ff00".repeat(8), "hex");

/**
 * The same picture so that lost data is an error. At an end marker that comes too early decoders make the rest up, with a
 * warning that libvips does not look for in its last strip; where the file itself ends, they fail.
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

/** Where the first marker stands behind a scan's data, restarts not counted; -1 if there is none. */
function endOfScan(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at !== -1; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1];
    if (next === undefined) return -1;
    const isData = next === 0 || next === 0xff || (next >= 0xd0 && next <= 0xd7);
    if (!isData) return at;
  }
  return -1;
}
