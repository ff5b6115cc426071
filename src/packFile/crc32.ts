/** CRC-32 as zlib has it. Node.js before 20.15 does not offer it. */
import * as zlib from "node:zlib";

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** The same, slower. */
export function crc32ByTable(bytes: Uint8Array): number {
  let sum = 0xffffffff;
  for (const byte of bytes) sum = TABLE[(sum ^ byte) & 0xff]! ^ (sum >>> 8);
  return (sum ^ 0xffffffff) >>> 0;
}

export const crc32: (bytes: Uint8Array) => number =
  (zlib as Partial<Pick<typeof zlib, "crc32">>).crc32 ?? crc32ByTable;
