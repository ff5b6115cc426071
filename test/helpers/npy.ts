import { readFileSync } from "node:fs";

export interface NpyArray {
  shape: number[];
  /** C order. */
  data: Float32Array;
}

/** A little-endian, C-ordered float32 array as NumPy saves it. */
export function readNpy(file: string): NpyArray {
  const bytes = readFileSync(file);
  const headerEnd = 10 + bytes.readUInt16LE(8);
  const header = bytes.toString("latin1", 10, headerEnd);
  const shape = /'shape': \(([^)]*)\)/.exec(header)?.[1]?.split(",").filter(Boolean).map(Number);
  if (!header.includes("'<f4'") || !header.includes("'fortran_order': False") || shape === undefined) {
    throw new Error(`${file} is not a float32 array in C order: ${header}`);
  }
  return {
    shape,
    data: new Float32Array(bytes.buffer.slice(bytes.byteOffset + headerEnd, bytes.byteOffset + bytes.length)),
  };
}

/** Item `index` along the first axis. */
export function npyItem(file: string, index: number): Float32Array {
  const { shape, data } = readNpy(file);
  const length = data.length / shape[0]!;
  return data.subarray(index * length, (index + 1) * length);
}
