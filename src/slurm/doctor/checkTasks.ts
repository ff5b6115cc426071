/** Whether the job has the number of processes that the command uses. One too many waits for ever or repeats all work. */
import { plural } from "../../plural.js";
import type { SlurmTask } from "../slurmTask.js";
import type { Check } from "./check.js";

/** The processes that a command uses. */
export interface WantedTasks {
  command: string;
  /** The numbers of processes that SLURM may start for it, the usual one first; null if any number shares the work. */
  tasks: readonly number[] | null;
  /** The number of nodes over which they must be spread evenly; null if any. */
  nodes: number | null;
}

/** Compares the tasks of a step with those wanted. `nodes` counts those of the job, used if the step's are not known. */
export function checkTasks(step: NonNullable<SlurmTask["step"]>, nodes: number, wanted: WantedTasks): Check {
  const { ranks, tasksPerNode } = step;
  const used = tasksPerNode?.length ?? nodes;
  const what = "tasks";
  const found = `${ranks} on ${plural(used, "node")}`;
  const isNumber = wanted.tasks === null || wanted.tasks.includes(ranks);
  const isSpread = wanted.nodes === null || (used === wanted.nodes && new Set(tasksPerNode ?? []).size <= 1);
  if (isNumber && isSpread) return { what, ok: true, found: `${found}, as ${wanted.command} uses them` };
  const remedy =
    wanted.command === "train"
      ? "make `nodes` equal to `trainer.num_nodes`, and `ntasksPerNode` to `trainer.devices`"
      : "give `nodes: 1` and `ntasksPerNode: 1`";
  const uneven = isNumber && used === wanted.nodes ? " (unevenly spread)" : "";
  const uses = `${wanted.tasks?.[0] ?? ranks}${wanted.nodes === null ? "" : ` on ${wanted.nodes}`}`;
  return { what, ok: false, found: `${found}${uneven}, but ${wanted.command} uses ${uses}`, remedy };
}
