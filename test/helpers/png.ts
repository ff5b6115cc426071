import { crc32, deflateSync } from "node:zlib";

/** PNG's colour types. */
export const PNG = { grey: 0, colour: 2, palette: 3, greyAlpha: 4, colourAlpha: 6 } as const;

export interface PngOptions {
  width: number;
  height: number;
  bitDepth: 1 | 8 | 16;
  colourType: (typeof PNG)[keyof typeof PNG];
  /** Rows one after another, packed as PNG wants them (16-bit: big-endian). */
  rows: Uint8Array;
  /** Chunks between header and data: [type, content]. */
  chunks?: [string, Uint8Array][];
}

/** Makes a PNG without a library, so that its content is known independently of a decoder. */
export function png({ width, height, bitDepth, colourType, rows, chunks = [] }: PngOptions): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.writeUInt8(bitDepth, 8);
  header.writeUInt8(colourType, 9);
  const rowBytes = rows.length / height;
  const filtered = Buffer.concat(
    Array.from({ length: height }, (_, y) =>
      Buffer.concat([Buffer.of(0), rows.subarray(y * rowBytes, (y + 1) * rowBytes)]),
    ),
  );
  const all: [string, Uint8Array][] = [
    ["IHDR", header],
    ...chunks,
    ["IDAT", deflateSync(filtered)],
    ["IEND", Buffer.alloc(0)],
  ];
  return Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), ...all.map(chunk)]);
}

function chunk([type, content]: [string, Uint8Array]): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), content]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(content.length, 0);
  framed.set(body, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}
