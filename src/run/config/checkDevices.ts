import { DeeplasiaError } from "../../errors.js";
import type { TrainConfig } from "../../options/train/index.js";

type Kind = "the CPU" | "GPUs";

/**
 * Throws ERR_DEEPLASIA_OPTION for settings about devices that contradict each other, because one of them would be ignored. The
 * error names both.
 */
export function checkDevices({ device, trainer }: TrainConfig, where: (path: string) => string): void {
  const { gpus, devices, accelerator } = trainer;
  const wishes: [path: string, value: string | null, kind: Kind | null][] = [
    ["device", device, kindOfDevice(device)],
    ["trainer.accelerator", accelerator, kindOfAccelerator(accelerator)],
    ["trainer.gpus", gpus, kindOfGpus(gpus)],
  ];
  const [first, second] = [
    wishes.find(([, , kind]) => kind !== null),
    wishes.findLast(([, , kind]) => kind !== null),
  ];
  if (first !== undefined && second !== undefined && first[2] !== second[2])
    throw conflict([first, second], `the one asks for ${first[2]}, the other for ${second[2]}`);
  // 1 is the default, and `devices` overrides it.
  const isCount = gpus !== null && gpus !== "1";
  if (devices !== null && isCount && devices !== gpus)
    throw conflict(
      [
        ["trainer.devices", devices, null],
        ["trainer.gpus", gpus, null],
      ],
      "both give the number of devices",
    );

  function conflict(two: (typeof wishes)[number][], why: string): DeeplasiaError {
    const names = two.map(([path, value]) => `${path} ${value} (${where(path)})`);
    return new DeeplasiaError("ERR_DEEPLASIA_OPTION", `${names.join(" contradicts ")}: ${why}`, {
      remedy: "Leave one of the two out.",
    });
  }
}

function kindOfDevice(device: string): Kind | null {
  if (device.startsWith("cuda")) return "GPUs";
  return device === "cpu" ? "the CPU" : null;
}

function kindOfAccelerator(accelerator: TrainConfig["trainer"]["accelerator"]): Kind | null {
  if (accelerator === null || accelerator === "auto") return null;
  return accelerator === "cpu" ? "the CPU" : "GPUs";
}

/** 1 is the default, and asks for no kind: it is a GPU if there is one. */
function kindOfGpus(gpus: string | null): Kind | null {
  if (gpus === null || gpus === "1") return null;
  return gpus === "0" ? "the CPU" : "GPUs";
}
