/** Writes and reads safetensors by the specification alone: a length, a JSON header, the tensors' bytes. */
import { readFile, writeFile } from "node:fs/promises";

export type SafeValues = Float32Array | BigInt64Array;
export interface SafeTensor {
  name: string;
  shape: readonly number[];
  values: SafeValues;
}

export async function writeSafetensors(file: string, tensors: readonly SafeTensor[]): Promise<void> {
  const header: Record<string, unknown> = {};
  let offset = 0;
  // Widest elements first, so that each lies on a multiple of its size.
  const sorted = tensors.toSorted((a, b) => b.values.BYTES_PER_ELEMENT - a.values.BYTES_PER_ELEMENT);
  for (const { name, shape, values } of sorted) {
    const dtype = values instanceof Float32Array ? "F32" : "I64";
    header[name] = { dtype, shape, data_offsets: [offset, offset + values.byteLength] };
    offset += values.byteLength;
  }
  const text = JSON.stringify(header);
  const json = new TextEncoder().encode(text.padEnd(Math.ceil(text.length / 8) * 8));
  const length = new Uint8Array(new BigUint64Array([BigInt(json.length)]).buffer);
  const parts = sorted.map(
    ({ values }) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
  );
  await writeFile(file, Buffer.concat([length, json, ...parts]));
}

/** The float32 tensors of a file, by name. */
export async function readFloats(file: string): Promise<Map<string, Float32Array>> {
  const bytes = await readFile(file);
  const start = 8 + Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString("utf8", 8, start)) as Record<
    string,
    { dtype: string; data_offsets: [number, number] }
  >;
  const floats = Object.entries(header).filter(([, { dtype }]) => dtype === "F32");
  return new Map(
    floats.map(
      ([
        name,
        {
          data_offsets: [from, to],
        },
      ]) => {
        const copy = Uint8Array.from(bytes.subarray(start + from, start + to));
        return [name, new Float32Array(copy.buffer)];
      },
    ),
  );
}
