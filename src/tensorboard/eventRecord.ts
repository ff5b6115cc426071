/**
 * TensorBoard's event records: a TFRecord frame (length, data, and a masked CRC-32C of each) round a protocol buffer of
 * type `tensorflow.Event`. Only scalars and plug-ins are covered; `event.proto` and `summary.proto` have the field numbers.
 */

const CASTAGNOLI = 0x82f63b78;
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ CASTAGNOLI : crc >>> 1;
  return crc;
});

export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = CRC_TABLE[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

/** Masks a checksum as TFRecord does, so that checksums of data that contains checksums remain useful. */
const masked = (crc: number) => (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;

/** Returns one record of an event file. */
function framed(data: Uint8Array): Uint8Array {
  const record = Buffer.alloc(data.length + 16);
  record.writeBigUInt64LE(BigInt(data.length), 0);
  record.writeUInt32LE(masked(crc32c(record.subarray(0, 8))), 8);
  record.set(data, 12);
  record.writeUInt32LE(masked(crc32c(data)), 12 + data.length);
  return record;
}

/** Wire types of protocol buffers. */
const WIRE = { varint: 0, bits64: 1, bytes: 2, bits32: 5 } as const;

function varint(value: number): number[] {
  const bytes = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return [...bytes, rest];
}

/** Appends the fields of a message one after another. */
export const message = (...fields: Uint8Array[]) => Buffer.concat(fields);

const key = (field: number, wire: keyof typeof WIRE) => varint(field * 8 + WIRE[wire]);

export function double(field: number, value: number): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return Buffer.concat([Buffer.from(key(field, "bits64")), bytes]);
}

function float(field: number, value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return Buffer.concat([Buffer.from(key(field, "bits32")), bytes]);
}

export const integer = (field: number, value: number) =>
  Buffer.from([...key(field, "varint"), ...varint(value)]);

export function bytes(field: number, content: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from([...key(field, "bytes"), ...varint(content.length)]), content]);
}

export const text = (field: number, value: string) => bytes(field, Buffer.from(value));

/** Returns the first record of an event file. */
export function headerRecord(seconds: number): Uint8Array {
  return framed(Buffer.concat([double(1, seconds), text(3, "brain.Event:2")]));
}

/** A summary for a plug-in of TensorBoard: the name of the plug-in, and bytes in its own format. */
export function pluginRecord(tag: string, plugin: string, content: Uint8Array, seconds: number): Uint8Array {
  const metadata = bytes(1, Buffer.concat([text(1, plugin), bytes(2, content)]));
  const summary = bytes(1, Buffer.concat([text(1, tag), bytes(9, metadata)]));
  return framed(Buffer.concat([double(1, seconds), integer(2, 0), bytes(5, summary)]));
}

/** Returns a scalar at a step, counted from 0; `seconds` is the time since 1970. */
export function scalarRecord(tag: string, value: number, step: number, seconds: number): Uint8Array {
  const summary = bytes(1, Buffer.concat([text(1, tag), float(2, value)]));
  return framed(Buffer.concat([double(1, seconds), integer(2, step), bytes(5, summary)]));
}
