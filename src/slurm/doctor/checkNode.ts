/** Whether a node has what the command needs: GPUs that libtorch sees, and space on its own disk. */
import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { freeBytes } from "../../files/freeBytes.js";
import { pathKind } from "../../files/pathKind.js";
import type { ProbeMessage } from "../../libtorch/probe.js";
import { plural } from "../../plural.js";
import { type Check, limited } from "./check.js";

const TIMEOUT_MS = 2_500;

/** Variables with the number of GPUs, the narrowest scope first; a value is a number, or `type:number`. */
const GPU_VARIABLES = ["SLURM_GPUS_PER_TASK", "SLURM_GPUS_PER_NODE", "SLURM_GPUS_ON_NODE"];

/** Compares the GPUs that libtorch sees with those that the job requested; null if it requested none. */
export async function checkGpus(node: string, env: NodeJS.ProcessEnv = process.env): Promise<Check | null> {
  const name = GPU_VARIABLES.find((variable) => env[variable]);
  if (name === undefined) return null;
  const wanted = Number(env[name]!.split(":").at(-1));
  return await limited("devices", TIMEOUT_MS, async () => {
    const message = await probe();
    if ("message" in message)
      return {
        ok: false,
        found: `on ${node}: ${message.message}`,
        remedy: "`deeplasia-native doctor` shows more",
      };
    const found = message.loaded.devices.filter(({ name }) => name.startsWith("cuda")).length;
    const what = `${plural(found, "CUDA device answers", "CUDA devices answer")} on ${node}, ${name} is ${wanted}`;
    if (found === wanted) return { ok: true, found: what };
    const remedy = message.loaded.buildInfo.hasCuda
      ? "compare `nvidia-smi` in the job with `gpusPerNode`"
      : "the libtorch in use is a CPU build: run `deeplasia-native libtorch install --cuda`";
    return { ok: false, found: what, remedy };
  });
}

/** Loads libtorch in a child process, because loading a broken library may kill the process. */
function probe(): Promise<ProbeMessage> {
  const program = fileURLToPath(new URL("../../libtorch/probe.js", import.meta.url));
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [program], { timeout: TIMEOUT_MS }, (error, stdout) => {
      try {
        resolve(JSON.parse(stdout) as ProbeMessage);
      } catch {
        reject(error ?? new Error(`loading libtorch printed: ${stdout}`));
      }
    });
  });
}

/** The scratch folder that the command copies pictures to. */
export interface WantedScratch {
  folder: string;
  /** Bytes that the command leaves free there for others. */
  leftFree: number;
}

/**
 * Checks that the scratch folder exists, is writable and has free space. A missing folder is not made, because the
 * pictures could land on another disk then.
 */
export function checkScratch({ folder, leftFree }: WantedScratch, node: string): Promise<Check> {
  return limited("scratch", TIMEOUT_MS, async () => {
    const no = (what: string, remedy: string) => ({
      ok: false,
      found: `${folder} on ${node} ${what}`,
      remedy,
    });
    const another = "give another `scratch`, or `scratch: none`";
    const kind = await pathKind(folder);
    if (kind === null)
      return no("does not exist", `${another}; on some clusters a prolog script must create it`);
    if (kind !== "folder") return no("is not a folder", another);
    try {
      await access(folder, constants.W_OK | constants.X_OK);
    } catch {
      return no("is not writable", another);
    }
    const free = await freeBytes(folder);
    const gigabytes = (free / 1e9).toFixed(1);
    if (free <= leftFree) return no(`is full: ${gigabytes} GB free`, another);
    return { ok: true, found: `${folder} on ${node}: ${gigabytes} GB free` };
  });
}
