/** Which of the processes of a run this one is: told by SLURM or torchrun, or that nobody has started the others yet. */
import { DeeplasiaError } from "../errors.js";
import { deviceIndices } from "../model/device.js";
import type { TrainConfig } from "../options/train/index.js";
import { firstHost } from "../slurm/nodeNames.js";
import { slurmTask } from "../slurm/slurmTask.js";

/** The place of a process among those that train together. */
export interface Place {
  /** 0 is the one that writes. */
  rank: number;
  ranks: number;
  /** The same among the processes of its node. */
  localRank: number;
  localRanks: number;
  /** Where rank 0 listens; a node's name in SLURM's sense, or an address. */
  host: string;
  port: number;
}

export type RankPlan =
  | { kind: "alone" }
  /** Somebody has started all of them. */
  | { kind: "member"; place: Place }
  /** This process starts the others, on this machine. */
  | { kind: "launch"; ranks: number };

/** Ports below those that Linux gives away by itself. */
const PORTS = { first: 12_000, count: 20_000 };

/**
 * How a run becomes the `num_nodes` times `devices` processes that it asks for.
 *
 * Throws ERR_DEEPLASIA_OPTION where the processes that there are do not fit.
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
  throw new DeeplasiaError(
    "ERR_DEEPLASIA_OPTION",
    `${shape}, but this is the only process that was started`,
    {
      remedy: `Start one on each node: srun -N${trainer.num_nodes} --ntasks-per-node=${perNode} deeplasia-native train …, or torchrun.`,
    },
  );
}

/** Processes of a node: as many as `devices` (or, as the reference has it, `gpus`) counts or lists. */
export function devicesPerNode({ devices, gpus }: Pick<TrainConfig["trainer"], "devices" | "gpus">): number {
  return Math.max(1, deviceIndices(devices ?? gpus)?.length ?? 1);
}

interface Started {
  /** Whose work it is, for messages. */
  by: string;
  place: Place;
}

/** https://pytorch.org/docs/stable/elastic/run.html, "Environment Variables"; this package's own processes have them too. */
function torchrunPlace(env: NodeJS.ProcessEnv): Started | null {
  if (env.RANK === undefined || env.WORLD_SIZE === undefined) return null;
  const count = (name: string, otherwise: number) => {
    const text = env[name];
    if (text === undefined || /^\d+$/.test(text)) return text === undefined ? otherwise : Number(text);
    throw new DeeplasiaError("ERR_DEEPLASIA_OPTION", `${name} is "${text}", not a whole number`, {
      remedy:
        "torchrun sets RANK, WORLD_SIZE, LOCAL_RANK, LOCAL_WORLD_SIZE and MASTER_PORT; elsewhere unset them.",
    });
  };
  const [rank, ranks] = [count("RANK", 0), count("WORLD_SIZE", 1)];
  const localRanks = count("LOCAL_WORLD_SIZE", ranks);
  const place = { rank, ranks, localRank: count("LOCAL_RANK", rank % localRanks), localRanks };
  const at = { host: env.MASTER_ADDR ?? "127.0.0.1", port: count("MASTER_PORT", 29_500) };
  if (rank < ranks) return { by: "torchrun (RANK, WORLD_SIZE)", place: { ...place, ...at } };
  throw new DeeplasiaError("ERR_DEEPLASIA_OPTION", `RANK is ${rank}, but WORLD_SIZE is ${ranks}`, {
    remedy: "Ranks count from 0: unset both, or let torchrun set them.",
  });
}

/** The tasks of a job step; two steps of a job that run at once get ports of their own. */
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
