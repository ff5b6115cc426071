/** What NVIDIA's own tool knows of a GPU. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** The number of a device in nvidia-smi, which knows nothing of CUDA_VISIBLE_DEVICES; null for the CPU. */
export function gpuOf(device: string, visible = process.env.CUDA_VISIBLE_DEVICES): string | null {
  const index = /^cuda:(\d+)$/.exec(device)?.[1];
  if (index === undefined) return null;
  return visible ? (visible.split(",")[Number(index)]?.trim() ?? null) : index;
}

const query = (gpu: string, field: string) => [
  `--id=${gpu}`,
  `--query-gpu=${field}`,
  "--format=csv,noheader,nounits",
];

/** Returns the bytes of a GPU's memory; null where nvidia-smi does not tell. */
export async function memoryOf(gpu: string): Promise<number | null> {
  try {
    const { stdout } = await promisify(execFile)("nvidia-smi", query(gpu, "memory.total"));
    const mebibytes = Number(stdout.trim());
    return mebibytes > 0 ? mebibytes * 2 ** 20 : null;
  } catch {
    return null;
  }
}
