/** Several processes that train together. */
import type { GroupHandle, TrainerHandle } from "./handles.js";

/** How the processes of a run find each other. */
export interface GroupOptions {
  /** Where rank 0 listens. */
  host: string;
  port: number;
  rank: number;
  ranks: number;
  /** By which the others reach this process; empty: the one on the way to them. */
  address: string;
  /** Of this process's node, for messages. */
  name: string;
  /** How long they wait for each other at the start. */
  arrivalMs: number;
  /** How long one may give no sign of life. */
  silenceMs: number;
  /** How long they wait for one that lives. */
  timeoutMs: number;
}

export interface DistributedFunctions {
  /** Meet the other processes of a run. */
  joinGroup(options: GroupOptions): Promise<GroupHandle>;
  /** What each of them has to say. */
  gatherTexts(group: GroupHandle, text: string): Promise<string[]>;
  /** All are done. */
  closeGroup(group: GroupHandle): Promise<void>;
  /** This one goes, and the others are told why. */
  leaveGroup(group: GroupHandle, why: string): Promise<void>;
  /**
   * One trainer a process: from now on they make every step together, and go on from rank 0's weights. By what they
   * exchange gradients, in words.
   */
  joinTrainers(
    trainer: TrainerHandle,
    group: GroupHandle,
    capacity: number,
    syncBatchNorm: boolean,
    backend: string,
  ): Promise<string>;
  /** All go on from rank 0's weights, buffers and average. */
  synchroniseTrainers(trainer: TrainerHandle): Promise<void>;
  /** Rank 0 gets the gradients that all have gathered since the last update. */
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
