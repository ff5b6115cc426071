/** Functions for several processes that train together. */
import type { GroupHandle, TrainerHandle } from "./handles.js";

/** How the processes of a run connect. */
export interface GroupOptions {
  /** The host on which rank 0 listens. */
  host: string;
  port: number;
  rank: number;
  ranks: number;
  /** The address under which the other processes reach this one; empty for that of the route to them. */
  address: string;
  /** Name of this process's node, for messages. */
  name: string;
  /** How long the processes wait for each other at the start. */
  arrivalMs: number;
  /** How long a process may send no heartbeat. */
  silenceMs: number;
  /** How long the processes wait for one that is alive. */
  timeoutMs: number;
}

export interface DistributedFunctions {
  /** Connects to the other processes of a run. */
  joinGroup(options: GroupOptions): Promise<GroupHandle>;
  /** Resolves to the texts of all ranks. */
  gatherTexts(group: GroupHandle, text: string): Promise<string[]>;
  /** Closes the group when all ranks are done. */
  closeGroup(group: GroupHandle): Promise<void>;
  /** Leaves the group and sends the reason to the others. */
  leaveGroup(group: GroupHandle, why: string): Promise<void>;
  /**
   * Joins the trainers of all ranks. They then make every step together, starting from rank 0's weights. Resolves to the
   * name of the gradient backend.
   */
  joinTrainers(
    trainer: TrainerHandle,
    group: GroupHandle,
    capacity: number,
    syncBatchNorm: boolean,
    backend: string,
  ): Promise<string>;
  /** Copies rank 0's weights, buffers and averaged weights to all ranks. */
  synchroniseTrainers(trainer: TrainerHandle): Promise<void>;
  /** Adds the gradients that all ranks have accumulated since the last update to those of rank 0. */
  gatherGradients(trainer: TrainerHandle): Promise<void>;
}

export const DISTRIBUTED_FUNCTIONS = [
  "joinGroup",
  "gatherTexts",
  "closeGroup",
  "leaveGroup",
  "joinTrainers",
  "synchroniseTrainers",
  "gatherGradients",
] as const satisfies readonly (keyof DistributedFunctions)[];
