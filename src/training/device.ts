/** What a training configuration wants of the device. */
import type { DeviceRequest } from "../model/device.js";
import type { TrainConfig } from "../options/train/index.js";

/**
 * `trainer.gpus: 1` is the reference's default and means a GPU where there is one, so that the defaults run anywhere.
 * Everything else asks for a device by name, and never falls back.
 */
export function deviceRequest({ device, trainer }: TrainConfig): DeviceRequest {
  const { gpus, accelerator, devices } = trainer;
  const asked = accelerator !== null || devices !== null || gpus === "1" || gpus === "-1" ? null : gpus;
  return {
    device,
    gpus: asked ?? undefined,
    accelerator: accelerator ?? undefined,
    devices: devices ?? undefined,
  };
}

/** The arithmetic on a device: 16 bit, the reference's default, needs a GPU; the CPU takes 32 instead. */
export function precisionOn(
  deviceName: string,
  { trainer }: TrainConfig,
): TrainConfig["trainer"]["precision"] {
  return trainer.precision === "16" && deviceName === "cpu" ? "32" : trainer.precision;
}
