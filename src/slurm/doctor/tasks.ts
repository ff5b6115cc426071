/** As many processes as the command will use: one too many waits for ever, or does all the work again. */
import type { SlurmTask } from "../environment.js";
import type { Check } from "./check.js";

export interface Wanted {
  command: string;
  /** How many processes SLURM may start for it, the usual number first; null: any number shares the work. */
  tasks: readonly number[] | null;
}

export function checkTasks(step: NonNullable<SlurmTask["step"]>, nodes: number, wanted: Wanted): Check {
  const { ranks } = step;
  const what = "tasks";
  const found = `${ranks} on ${nodes} node(s)`;
  if (wanted.tasks === null || wanted.tasks.includes(ranks))
    return { what, ok: true, found: `${found}, as ${wanted.command} uses them` };
  const remedy =
    wanted.command === "train"
      ? "make --nodes times --ntasks-per-node equal to --trainer.num_nodes times --trainer.devices"
      : "give --nodes=1 --ntasks-per-node=1";
  return { what, ok: false, found: `${found}, but ${wanted.command} uses ${wanted.tasks[0]}`, remedy };
}
