/** All checks of a machine, in the order in which they run. */
import { forward } from "./checks/forward.js";
import { hands } from "./checks/hands.js";
import { memory } from "./checks/memory.js";
import { processes } from "./checks/processes.js";
import { throughput } from "./checks/throughput.js";
import { determinism, resume, training } from "./checks/training.js";
import type { MachineCheck } from "./machine.js";

export const MACHINE_CHECKS: readonly MachineCheck[] = [
  { name: "forward", run: forward },
  { name: "hands", run: hands },
  { name: "training", run: training },
  { name: "resume", run: resume },
  { name: "determinism", run: determinism },
  { name: "memory", run: memory },
  { name: "processes", run: processes },
  { name: "throughput", run: throughput },
];
