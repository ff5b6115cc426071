/** What the checks know of the machine and of how thorough they shall be. */
import type { NetworkHandle } from "../native.js";
import type { Result } from "./finding.js";

export interface Machine {
  /** The device under test: `cpu` or `cuda:n`. */
  device: string;
  /** Whether the whole grid is checked. */
  isFull: boolean;
  /** Steps of each training. */
  steps: number;
  /** An empty folder of this run, removed in the end. */
  folder: string;
  /** For tests of the checks: damages each network that goes to the device under test, never the CPU's. */
  spoil?: (network: NetworkHandle) => Promise<void>;
}

/** One check. Its cases are independent: what one of them throws is for the check to report, if others shall follow. */
export interface MachineCheck {
  name: string;
  run(machine: Machine): AsyncGenerator<Result>;
}

export const isCuda = ({ device }: Pick<Machine, "device">) => device.startsWith("cuda");
