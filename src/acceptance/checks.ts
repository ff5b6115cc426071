/** All checks of a machine, in the order in which they run. */
import { forward } from "./checks/forward.js";
import { determinism, resume, training } from "./checks/training.js";
import type { MachineCheck } from "./machine.js";

export const MACHINE_CHECKS: readonly MachineCheck[] = [
  { name: "forward", run: forward },
  { name: "training", run: training },
  { name: "resume", run: resume },
  { name: "determinism", run: determinism },
];
