/** Chooses one device from our options and Lightning's. A device that is requested by name is used or refused, never replaced. */

import { DeeplasiaError } from "../errors.js";
import { native } from "../native.js";
import { plural } from "../plural.js";

export interface DeviceRequest {
  /** `auto`, `cpu`, `cuda`, `cuda:n`. */
  device?: string | undefined;
  /** Lightning: number of GPUs (0: CPU), or a list such as `1,` or `[1]`. */
  gpus?: string | undefined;
  /** Lightning: `cpu`, `gpu`, `cuda`, `auto`. */
  accelerator?: string | undefined;
  /** Lightning: number of devices, a list, or `auto`. */
  devices?: string | undefined;
}

export interface DeviceChoice {
  name: string;
  /** Why this device was chosen, for the log. */
  reason: string;
}

/** Returns device numbers: `2` means the first two, `[1,3]` and `1,3` mean these; null means all devices. */
export function deviceIndices(value: string | null): number[] | null {
  const text = value?.trim() ?? "";
  if (/^\d+$/.test(text)) return Array.from({ length: Number(text) }, (_, i) => i);
  const list = /^\[?\s*(\d+(\s*,\s*\d+)*)\s*,?\s*\]?$/.exec(text);
  return list === null ? null : list[1]!.split(",").map(Number);
}

/** Returns the number of the one GPU that a Lightning-style value means: `2` is a count, `1,` and `[1]` are lists. */
function gpuIndex(value: string, option: string): number | "none" {
  const text = value.trim();
  if (/^-?\d+$/.test(text)) {
    const count = Number(text);
    if (count === 0) return "none";
    if (count === 1 || count === -1) return 0;
  }
  const list = /^\[?\s*(\d+)\s*,?\s*\]?$/.exec(text);
  if (list !== null && /[,[\]]/.test(text)) return Number(list[1]);
  throw new DeeplasiaError(
    "ERR_DEEPLASIA_OPTION",
    `\`${option}: "${value}"\`: a process predicts on one device`,
    {
      remedy: `Give \`${option}: "1"\`, "0" for the CPU, or a device by its name, such as \`device: "cuda:1"\`.`,
    },
  );
}

/** Throws ERR_DEEPLASIA_OPTION for two options that contradict each other. */
function requireOneKind({ device = "auto", gpus, accelerator = "auto" }: DeviceRequest): void {
  const isGpu = (name: string) => (name === "auto" ? null : name !== "cpu");
  const wishes = [
    { option: `\`device: "${device}"\``, wantsGpu: isGpu(device) },
    { option: `\`accelerator: "${accelerator}"\``, wantsGpu: isGpu(accelerator) },
    {
      option: `\`gpus: "${gpus}"\``,
      wantsGpu: gpus === undefined ? null : gpuIndex(gpus, "gpus") !== "none",
    },
  ].filter(({ wantsGpu }) => wantsGpu !== null);
  const [first] = wishes;
  const other = wishes.find(({ wantsGpu }) => wantsGpu !== first?.wantsGpu);
  if (first === undefined || other === undefined) return;
  throw new DeeplasiaError("ERR_DEEPLASIA_OPTION", `${first.option} contradicts ${other.option}`, {
    remedy: "Leave one of the two out.",
  });
}

function requested(request: DeviceRequest): string {
  const { device = "auto", gpus, accelerator, devices } = request;
  requireOneKind(request);
  if (device !== "auto") return device;
  if (gpus !== undefined) {
    const index = gpuIndex(gpus, "gpus");
    return index === "none" ? "cpu" : `cuda:${index}`;
  }
  const index = devices === undefined || devices === "auto" ? 0 : gpuIndex(devices, "devices");
  if (accelerator === "cpu") return "cpu";
  if (accelerator === "gpu" || accelerator === "cuda") return index === "none" ? "cpu" : `cuda:${index}`;
  if (accelerator !== undefined && accelerator !== "auto") {
    throw new DeeplasiaError("ERR_DEEPLASIA_OPTION", `\`accelerator: "${accelerator}"\` is not available`, {
      remedy: "Use cpu, gpu or auto.",
    });
  }
  return "auto";
}

/** The device to use, checked by the core when a model is loaded on it. Throws ERR_DEEPLASIA_OPTION, _DEVICE. */
export function chooseDevice(request: DeviceRequest): DeviceChoice {
  const wanted = requested(request);
  const cuda = native()
    .devices()
    .filter(({ name }) => name.startsWith("cuda"));
  if (wanted === "auto") {
    if (cuda[0] !== undefined) return { name: cuda[0].name, reason: "auto: a CUDA device answers" };
    const why = native().buildInfo().hasCuda ? "no CUDA device answers" : "this libtorch is a CPU build";
    return { name: "cpu", reason: `auto: ${why}` };
  }
  if (wanted === "cpu") return { name: "cpu", reason: "asked for" };
  const name = wanted === "cuda" || wanted === "gpu" ? "cuda:0" : wanted;
  if (!/^cuda:\d+$/.test(name)) {
    throw new DeeplasiaError("ERR_DEEPLASIA_OPTION", `\`device: "${wanted}"\` is not a device`, {
      remedy: "Use auto, cpu, cuda or cuda:n.",
    });
  }
  if (!cuda.some((device) => device.name === name)) {
    const have = native().buildInfo().hasCuda
      ? `${plural(cuda.length, "CUDA device answers", "CUDA devices answer")}`
      : "the libtorch in use is a CPU build";
    throw new DeeplasiaError("ERR_DEEPLASIA_DEVICE", `${name} was requested, but ${have}`, {
      remedy: '`deeplasia-native doctor` lists the devices; `device: "cpu"` works everywhere.',
    });
  }
  return { name, reason: "asked for" };
}
