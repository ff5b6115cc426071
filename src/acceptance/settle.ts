/** Fresh weights in whose networks activations stay near 1, so that all precisions can be compared. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type NetworkHandle, native } from "../native.js";

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

/** Blocks with a skip connection add this share of their own variance, so that a hundred of them can follow each other. */
const SKIP_SHARE = 1 / 16;

/**
 * Sets the running variance of each batch norm to what its convolution makes of independent inputs. Without this, the
 * activations of a fresh EfficientNet in eval mode fall to 1e-13, those of Inception rise to 1e8, and neither fits 16 bits.
 */
export async function settleBatchNorms(
  network: NetworkHandle,
  backbone: string,
  folder: string,
): Promise<void> {
  const file = join(folder, "fresh.safetensors");
  await native().saveTensors(network, file, {});
  const bytes = await readFile(file);
  const size = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString("utf8", 8, 8 + size)) as Record<string, Entry>;
  const valuesOf = ({ data_offsets: [from, to] }: Entry) =>
    new Float32Array(
      bytes.buffer.slice(bytes.byteOffset + 8 + size + from, bytes.byteOffset + 8 + size + to),
    );
  const variances: { name: string; values: Float32Array }[] = [];
  const starts = stageStarts(backbone);
  let convolution = "";
  for (const name of native().networkTensors(network)) {
    const entry = header[name];
    if (entry?.shape.length === 4 && !name.includes("_se_")) convolution = name;
    else if (entry !== undefined && name.endsWith(".running_var")) {
      const kernel = header[convolution]!;
      const square = squareOf(convolution, starts);
      variances.push({ name, values: variancesOf(valuesOf(kernel), kernel.shape[0]!, square) });
    }
  }
  if (variances.length > 0) await assign(network, variances, file);
}

/** Returns the numbers of the blocks that begin a stage of an EfficientNet: these alone have no skip connection. */
function stageStarts(backbone: string): Set<number> {
  const { repeats } = native()
    .backbones()
    .find(({ name }) => name === backbone)!;
  return new Set(repeats.map((_, stage) => repeats.slice(0, stage).reduce((a, b) => a + b, 0)));
}

/** Returns the mean square of a convolution's input: after a batch norm, or a SiLU, which squeeze and excitation halves. */
function squareOf(convolution: string, starts: Set<number>): number {
  if (/_(expand_conv|conv_stem)\.weight$/.test(convolution)) return 1;
  const block = /_blocks\.(\d+)\._project_conv\.weight$/.exec(convolution)?.[1];
  if (block === undefined) return 0.36;
  return starts.has(Number(block)) ? 0.09 : 0.09 / SKIP_SHARE;
}

function variancesOf(kernel: Float32Array, channels: number, square: number): Float32Array {
  const each = kernel.length / channels;
  return Float32Array.from({ length: channels }, (_, channel) => {
    let sum = 0;
    for (let i = 0; i < each; i++) sum += kernel[channel * each + i]! ** 2;
    return square * sum;
  });
}

async function assign(
  network: NetworkHandle,
  tensors: readonly { name: string; values: Float32Array }[],
  file: string,
): Promise<void> {
  let at = 0;
  const entries = tensors.map(({ name, values }) => {
    const from = at;
    at += values.byteLength;
    return [name, { dtype: "F32", shape: [values.length], data_offsets: [from, at] }];
  });
  const header = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(header.length));
  const parts = [size, header, ...tensors.map(({ values }) => Buffer.from(values.buffer))];
  await writeFile(file, Buffer.concat(parts));
  const { handle } = await native().readCheckpoint(file);
  try {
    const assignments = tensors.map(({ name }, tensor) => ({ name, tensor, sumChannels: false }));
    const mismatch = await native().assignTensors(network, handle, assignments, true);
    if (mismatch.shapes.length > 0)
      throw new Error(`batch norms of other shapes: ${JSON.stringify(mismatch)}`);
  } finally {
    await native().dispose(handle);
  }
}
