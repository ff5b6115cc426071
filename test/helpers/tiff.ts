export interface TiffOptions {
  width: number;
  height: number;
  /** Grey samples, row by row: their type becomes the file's. */
  samples: Uint8Array | Uint16Array | Float32Array;
  /** EXIF's orientation, 1 to 8. */
  orientation?: number;
}

/** Makes a little-endian grey TIFF of one strip without a library. */
export function tiff({ width, height, samples, orientation = 1 }: TiffOptions): Buffer {
  const pixels = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
  const start = 8;
  const tags: [tag: number, value: number][] = [
    [256, width],
    [257, height],
    [258, samples.BYTES_PER_ELEMENT * 8],
    [259, 1], // not compressed
    [262, 1], // 0 is black
    [273, start],
    [274, orientation],
    [277, 1], // samples a pixel
    [278, height], // rows a strip
    [279, pixels.length],
    [339, samples instanceof Float32Array ? 3 : 1],
  ];
  const directory = Buffer.alloc(2 + 12 * tags.length + 4);
  directory.writeUInt16LE(tags.length, 0);
  tags.forEach(([tag, value], i) => {
    directory.writeUInt16LE(tag, 2 + 12 * i);
    directory.writeUInt16LE(4, 4 + 12 * i); // LONG
    directory.writeUInt32LE(1, 6 + 12 * i);
    directory.writeUInt32LE(value, 10 + 12 * i);
  });
  const header = Buffer.from("II*\0\0\0\0\0", "latin1");
  header.writeUInt32LE(start + pixels.length, 4);
  return Buffer.concat([header, pixels, directory]);
}
