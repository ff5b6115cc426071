/** As many processes as the command will use: one too many waits for ever, or does all the work again. */
import { plural } from "../../plural.js";
import type { SlurmTask } from "../slurmTask.js";
import type { Check } from "./check.js";

export interface WantedTasks {
  command: string;
  /** How many processes SLURM may start for it, the usual number first; null: any number shares the work. */
  tasks: readonly number[] | null;
  /** Nodes that they must be spread over evenly; null: any. */
  nodes: number | null;
}

/** `nodes`: of the job, where SLURM does not tell those of the step. */
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
      ? "make --nodes equal to --trainer.num_nodes and --ntasks-per-node to --trainer.devices"
      : "give --nodes=1 --ntasks-per-node=1";
  const uneven = isNumber && used === wanted.nodes ? " (unequal numbers on them)" : "";
  const uses = `${wanted.tasks?.[0] ?? ranks}${wanted.nodes === null ? "" : ` on ${wanted.nodes}`}`;
  return { what, ok: false, found: `${found}${uneven}, but ${wanted.command} uses ${uses}`, remedy };
}
