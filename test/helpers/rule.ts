/** The rules of parity/README that make weights and inputs out of names and numbers, and a file of such weights. */
import { writeSafetensors } from "./safetensors.js";

const MASK = (1n << 64n) - 1n;

function fnv1a64(text: string): bigint {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & MASK;
  return hash;
}

/** A 64-bit number in two halves of 32 bits: networks have millions of weights, and BigInt takes seconds for them. */
const word = { high: 0, low: 0 };

function multiply(high: number, low: number): void {
  const [a, b] = [word.low >>> 16, word.low & 0xffff];
  const [c, d] = [low >>> 16, low & 0xffff];
  const middle = a * d + Math.floor((b * d) / 65536);
  const other = b * c + (middle % 65536);
  const carry = a * c + Math.floor(middle / 65536) + Math.floor(other / 65536);
  word.high = (carry + Math.imul(word.high, low) + Math.imul(word.low, high)) >>> 0;
  word.low = Math.imul(word.low, low) >>> 0;
}

/** word ^= word >> bits */
function fold(bits: number): void {
  const { high, low } = word;
  word.low = bits < 32 ? (low ^ ((low >>> bits) | (high << (32 - bits)))) >>> 0 : (low ^ high) >>> 0;
  word.high = (high ^ (high >>> bits)) >>> 0;
}

/** u(key, i) for i = 0, 1, …: numbers in [0, 1). */
function uniform(key: string, count: number): Float64Array {
  const numbers = new Float64Array(count);
  const start = (fnv1a64(key) + 0x9e3779b97f4a7c15n) & MASK;
  const [high, low] = [Number(start >> 32n), Number(start & 0xffffffffn)];
  for (let i = 0; i < count; i++) {
    word.low = (low + i) >>> 0;
    word.high = (high + (low + i > 0xffffffff ? 1 : 0)) >>> 0;
    fold(30);
    multiply(0xbf58476d, 0x1ce4e5b9);
    fold(27);
    multiply(0x94d049bb, 0x133111eb);
    fold(31);
    numbers[i] = word.high * 2 ** -32 + (word.low >>> 11) * 2 ** -53;
  }
  return numbers;
}

export type TensorEntry = readonly [name: string, shape: readonly number[], ...unknown[]];

const size = (shape: readonly number[]) => shape.reduce((product, side) => product * side, 1);

export function ruleTensor([name, shape]: TensorEntry, seed: number, gain: number): Float32Array {
  const u = uniform(`${seed}:${name}`, size(shape));
  const factor = name.endsWith("linear.weight") ? 4 : gain;
  const scale = shape.length >= 2 ? factor * 2 * Math.sqrt(6 / size(shape.slice(1))) : 0;
  return Float32Array.from(u, (value) => {
    if (name.includes("prelu")) return 0.25;
    if (name.endsWith("pooling.p")) return 2.5 + value;
    if (name.endsWith(".grn.weight")) return value - 0.5;
    if (name.endsWith("running_var")) return 0.75 + 0.5 * value;
    if (name.endsWith("running_mean")) return 0.2 * (value - 0.5);
    if (shape.length >= 2) return scale * (value - 0.5);
    if (name.endsWith(".weight")) return 0.75 + 0.5 * value;
    return name.endsWith(".bias") ? 0.2 * (value - 0.5) : value - 0.5;
  });
}

/** Safetensors of rule-made weights, without metadata. */
export function writeRuleMade(
  file: string,
  entries: readonly TensorEntry[],
  { seed, gain }: { seed: number; gain: number },
): Promise<void> {
  const tensors = entries.map((entry) => {
    const [name, shape] = entry;
    const isCount = name.endsWith("num_batches_tracked");
    return { name, shape, values: isCount ? new BigInt64Array(1) : ruleTensor(entry, seed, gain) };
  });
  return writeSafetensors(file, tensors);
}

/** Grey pictures 0 to count - 1 of the open models' parity data, 0 to 255: [count, height, width]. */
export function ruleGreys(count: number, height: number, width: number): Uint8Array {
  const byte = (value: number) => Math.floor(value * 256);
  const data = new Uint8Array(count * height * width);
  for (let k = 0; k < count; k++) {
    const coarse = uniform(`1:image${k}:coarse`, 144).map(byte);
    const fine = uniform(`1:image${k}:fine`, height * width).map(byte);
    for (let i = 0; i < height * width; i++) {
      const [y, x] = [Math.floor(i / width), i % width];
      const cell = 12 * Math.floor((y * 12) / height) + Math.floor((x * 12) / width);
      data[k * height * width + i] = Math.floor((3 * coarse[cell]! + fine[i]!) / 4);
    }
  }
  return data;
}

/** Images 0 to count - 1 of a seed as [count, 1, height, width]. */
export function ruleInputs(seed: number, count: number, height: number, width: number): Float32Array {
  const data = new Float32Array(count * height * width);
  for (let k = 0; k < count; k++) {
    const coarse = uniform(`${seed}:input${k}:coarse`, 144);
    const fine = uniform(`${seed}:input${k}:fine`, height * width);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const cell = 12 * Math.floor((y * 12) / height) + Math.floor((x * 12) / width);
        const slope = 0.5 * ((k % 3) - 1) * ((2 * (y + 0.5)) / height - 1);
        data[(k * height + y) * width + x] =
          2 * (2 * coarse[cell]! - 1) + 0.5 * (2 * fine[y * width + x]! - 1) + slope;
      }
    }
  }
  return data;
}
