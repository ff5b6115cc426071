import { DeeplasiaError } from "../errors.js";
import { deviceIndices } from "../model/device.js";
import type { TrainConfig } from "../options/train/index.js";
import { firstHost } from "../slurm/nodeNames.js";
import { slurmTask } from "../slurm/slurmTask.js";

/** The place of a process among those that train together. */
export interface Place {
  /** Rank 0 writes. */
  rank: number;
  ranks: number;
  /** The rank among the processes of the same node. */
  localRank: number;
  localRanks: number;
  /** The host of rank 0: SLURM's name of a node, or an address. */
  host: string;
  port: number;
}

export type RankPlan =
  | { kind: "alone" }
  /** SLURM or torchrun has started all processes. */
  | { kind: "member"; place: Place }
  /** This process starts the others, on this machine. */
  | { kind: "launch"; ranks: number };

/** Ports below those that Linux assigns by itself. */
const PORTS = { first: 12_000, count: 20_000 };

/**
 * Plans the `num_nodes` times `devices` processes that a run asks for, and finds the place of this one: from the variables of
 * torchrun or SLURM, else this process is the only one so far.
 *
 * Throws ERR_DEEPLASIA_OPTION where the number of processes that were started does not fit.
 */
export function planRanks({ trainer }: Pick<TrainConfig, "trainer">, env = process.env): RankPlan {
  const perNode = devicesPerNode(trainer);
  const wanted = trainer.num_nodes * perNode;
  const started = torchrunPlace(env) ?? slurmPlace(env, perNode);
  const shape = `trainer.num_nodes (${trainer.num_nodes}) times trainer.devices (${perNode}) is ${wanted}`;
  if (started !== null && started.place.ranks !== wanted && started.place.ranks > 1) {
    const { by, place } = started;
    throw new DeeplasiaError("ERR_DEEPLASIA_OPTION", `${by} started ${place.ranks} processes, but ${shape}`, {
      remedy: `Start ${wanted}, or set trainer.num_nodes and trainer.devices (the processes of a node) accordingly.`,
    });
  }
  if (started !== null && started.place.ranks > 1) return { kind: "member", place: started.place };
  if (wanted === 1) return { kind: "alone" };
  if (trainer.num_nodes === 1) return { kind: "launch", ranks: wanted };
  throw new DeeplasiaError("ERR_DEEPLASIA_OPTION", `${shape}, but only this process was started`, {
    remedy: `Start one on each node, with \`srun -N${trainer.num_nodes} --ntasks-per-node=${perNode} deeplasia-native train …\` or with torchrun.`,
  });
}

/** Processes per node: the number that `devices` (or `gpus`, as in the reference) counts or lists. */
export function devicesPerNode({ devices, gpus }: Pick<TrainConfig["trainer"], "devices" | "gpus">): number {
  return Math.max(1, deviceIndices(devices ?? gpus)?.length ?? 1);
}

interface Started {
  /** Who started the processes, for messages. */
  by: string;
  place: Place;
}

/** https://pytorch.org/docs/stable/elastic/run.html, "Environment Variables". `launch` sets them too. */
function torchrunPlace(env: NodeJS.ProcessEnv): Started | null {
  if (env.RANK === undefined || env.WORLD_SIZE === undefined) return null;
  const count = (name: string, otherwise: number) => {
    const text = env[name];
    if (text === undefined || /^\d+$/.test(text)) return text === undefined ? otherwise : Number(text);
    throw new DeeplasiaError("ERR_DEEPLASIA_OPTION", `${name} is "${text}", not a whole number`, {
      remedy:
        "Unset RANK, WORLD_SIZE, LOCAL_RANK, LOCAL_WORLD_SIZE and MASTER_PORT, or let torchrun set them.",
    });
  };
  const [rank, ranks] = [count("RANK", 0), count("WORLD_SIZE", 1)];
  const localRanks = count("LOCAL_WORLD_SIZE", ranks);
  const place = { rank, ranks, localRank: count("LOCAL_RANK", rank % localRanks), localRanks };
  const at = { host: env.MASTER_ADDR ?? "127.0.0.1", port: count("MASTER_PORT", 29_500) };
  if (rank < ranks) return { by: "torchrun (RANK, WORLD_SIZE)", place: { ...place, ...at } };
  throw new DeeplasiaError("ERR_DEEPLASIA_OPTION", `RANK is ${rank}, but WORLD_SIZE is ${ranks}`, {
    remedy: "Ranks count from 0. Unset both, or let torchrun set them.",
  });
}

/** The place of a task in a job step. Two steps of one job that run at the same time get different ports. */
function slurmPlace(env: NodeJS.ProcessEnv, perNode: number): Started | null {
  const task = slurmTask(env);
  if (task === null || task.step === null) return null;
  const { rank, ranks, localRank, nodeList } = task.step;
  const port = PORTS.first + ((Number.parseInt(task.jobId, 10) * 31 + Number(task.step.id)) % PORTS.count);
  const place = {
    rank,
    ranks,
    localRank,
    localRanks: Math.min(perNode, ranks),
    host: env.MASTER_ADDR ?? firstHost(nodeList ?? task.nodeList ?? "127.0.0.1"),
    port: env.MASTER_PORT === undefined ? port : Number(env.MASTER_PORT),
  };
  return { by: "srun (SLURM_NTASKS)", place };
}
