/** The devices that a training configuration asks for. */
import { availableParallelism } from "node:os";
import { DeeplasiaError } from "../errors.js";
import { type DeviceRequest, deviceIndices } from "../model/device.js";
import { native } from "../native.js";
import type { TrainConfig } from "../options/train/index.js";

/**
 * The device of a single process. `trainer.gpus: 1` is the reference's default and means a GPU if there is one, so that the
 * defaults run anywhere. All other settings name a device, and never fall back to another one.
 */
export function deviceRequest({ device, trainer }: TrainConfig): DeviceRequest {
  const { gpus, accelerator, devices } = trainer;
  const asked = accelerator !== null || devices !== null || gpus === "1" ? null : gpus;
  return {
    device,
    gpus: asked ?? undefined,
    accelerator: accelerator ?? undefined,
    devices: devices ?? undefined,
  };
}

/**
 * Checks that GPUs exist where the configuration asks for them, before processes are started for them.
 *
 * Throws ERR_DEEPLASIA_DEVICE.
 */
export function requireGpus({ device, trainer }: TrainConfig): void {
  const { gpus, accelerator, devices } = trainer;
  const isNamed = accelerator === "gpu" || accelerator === "cuda" || device.startsWith("cuda");
  const isCounted =
    accelerator !== "cpu" && device !== "cpu" && devices === null && gpus !== null && gpus !== "1";
  if (!isNamed && (!isCounted || gpus === "0")) return;
  const { hasCuda } = native().buildInfo();
  if (
    native()
      .devices()
      .some(({ name }) => name.startsWith("cuda"))
  )
    return;
  const [setting, value] = isCounted
    ? ["trainer.gpus", gpus]
    : device.startsWith("cuda")
      ? ["device", device]
      : ["trainer.accelerator", accelerator];
  const why = hasCuda ? "no CUDA device answers" : "the libtorch in use is a CPU build";
  throw new DeeplasiaError("ERR_DEEPLASIA_DEVICE", `${setting} is ${value}, but ${why}`, {
    remedy:
      "`deeplasia-native doctor` shows the devices that were found. Set device to cpu to train on the CPU.",
  });
}

/** The device of one of several processes on a node: each has its own. */
export function deviceOfRank(config: TrainConfig, localRank: number, localRanks: number): DeviceRequest {
  const { device, trainer } = config;
  const { devices, gpus, accelerator } = trainer;
  if (localRanks === 1) return deviceRequest(config);
  if (device === "cpu" || accelerator === "cpu") return { device: "cpu" };
  const cuda = native()
    .devices()
    .filter(({ name }) => name.startsWith("cuda")).length;
  const isAsked = device !== "auto" || accelerator === "gpu" || accelerator === "cuda";
  if (!isAsked && cuda === 0) return { device: "cpu" };
  // SLURM may show each task only its own device.
  const index = cuda === 1 ? 0 : (deviceIndices(devices ?? gpus)?.[localRank] ?? localRank);
  return { device: `cuda:${index}` };
}

/** The threads of one process: the processes on a node share its cores, unless `threads` is set. */
export function threadsOfRank({ threads }: Pick<TrainConfig, "threads">, localRanks: number): number {
  if (threads > 0 || localRanks === 1) return threads;
  return Math.max(1, Math.floor(availableParallelism() / localRanks));
}

/** The precision on a device. 16 bit, the reference's default, needs a GPU: on the CPU it is 32 bit. */
export function precisionOn(
  deviceName: string,
  { trainer }: TrainConfig,
): TrainConfig["trainer"]["precision"] {
  return trainer.precision === "16" && deviceName === "cpu" ? "32" : trainer.precision;
}
