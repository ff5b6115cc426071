/**
 * The bytes of a pack: a header, the manifest as JSON, the annotation CSV as it was, the pictures, each at a multiple of 64
 * bytes, and the index, one entry for each row of the CSV. All numbers are little-endian.
 */
import { crc32 } from "./crc32.js";

export const MAGIC = Buffer.from("\x89DEEPLASIA-PACK\n", "latin1");
/** A reader refuses a later version. */
export const VERSION = 1;
export const HEADER_BYTES = 128;
export const ENTRY_BYTES = 40;
const ALIGNMENT = 64;

/** Where the parts of a pack lie. */
export interface Header {
  version: number;
  manifestBytes: number;
  csvBytes: number;
  /** Offset of the index; 0 while the pack is being written. */
  indexStart: number;
  rows: number;
  /** SHA-256 over manifest, CSV and index, hex. The index has a checksum of every picture. */
  digest: string;
}

/** A row of the CSV in the pack. */
export interface Entry {
  offset: number;
  bytes: number;
  /** Pixels; 0 for a row without a picture. */
  width: number;
  height: number;
  /** Bits of a sample; 0 for a row without a picture, whose bytes are the error as JSON. */
  depth: 0 | 8 | 16;
  /** Bits of a sample of the file that the picture was made from. */
  sourceDepth: 0 | 8 | 16;
  crc32: number;
}

export const aligned = (offset: number) => Math.ceil(offset / ALIGNMENT) * ALIGNMENT;
export const isPackHead = (head: Uint8Array) => MAGIC.equals(head.subarray(0, MAGIC.length));

export function headerBytes(header: Header): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES);
  MAGIC.copy(bytes);
  bytes.writeUInt32LE(header.version, 16);
  bytes.writeBigUInt64LE(BigInt(header.manifestBytes), 24);
  bytes.writeBigUInt64LE(BigInt(header.csvBytes), 32);
  bytes.writeBigUInt64LE(BigInt(header.indexStart), 40);
  bytes.writeBigUInt64LE(BigInt(header.rows), 48);
  bytes.write(header.digest, 56, "hex");
  bytes.writeUInt32LE(crc32(bytes), 20);
  return bytes;
}

/** Returns the header; null where its checksum is wrong. */
export function parseHeader(bytes: Buffer): Header | null {
  if (bytes.length < HEADER_BYTES || !isPackHead(bytes)) return null;
  const summed = Buffer.from(bytes.subarray(0, HEADER_BYTES));
  summed.writeUInt32LE(0, 20);
  if (crc32(summed) !== bytes.readUInt32LE(20)) return null;
  return {
    version: bytes.readUInt32LE(16),
    manifestBytes: Number(bytes.readBigUInt64LE(24)),
    csvBytes: Number(bytes.readBigUInt64LE(32)),
    indexStart: Number(bytes.readBigUInt64LE(40)),
    rows: Number(bytes.readBigUInt64LE(48)),
    digest: bytes.toString("hex", 56, 88),
  };
}

export function entryBytes(entry: Entry): Buffer {
  const bytes = Buffer.alloc(ENTRY_BYTES);
  bytes.writeBigUInt64LE(BigInt(entry.offset), 0);
  bytes.writeBigUInt64LE(BigInt(entry.bytes), 8);
  bytes.writeUInt32LE(entry.width, 16);
  bytes.writeUInt32LE(entry.height, 20);
  bytes.writeUInt8(entry.depth, 24);
  bytes.writeUInt8(entry.sourceDepth, 25);
  bytes.writeUInt32LE(entry.crc32, 28);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 36)), 36);
  return bytes;
}

/** Returns the entry; null where its checksum is wrong, or its numbers contradict each other. */
export function parseEntry(bytes: Buffer): Entry | null {
  if (bytes.length < ENTRY_BYTES || crc32(bytes.subarray(0, 36)) !== bytes.readUInt32LE(36)) return null;
  const [width, height, depth] = [bytes.readUInt32LE(16), bytes.readUInt32LE(20), bytes.readUInt8(24)];
  const size = Number(bytes.readBigUInt64LE(8));
  if (![0, 8, 16].includes(depth) || (depth > 0 && (width * height * depth) / 8 !== size)) return null;
  return {
    offset: Number(bytes.readBigUInt64LE(0)),
    bytes: size,
    ...{ width, height, depth: depth as Entry["depth"] },
    sourceDepth: bytes.readUInt8(25) as Entry["sourceDepth"],
    crc32: bytes.readUInt32LE(28),
  };
}
