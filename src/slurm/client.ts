/** SLURM's own commands. What they say of an error is passed on: they know the site, we do not. */
import { execFile } from "node:child_process";
import { DeeplasiaError, isSystemError } from "../errors.js";

type Tool = "sbatch" | "squeue" | "scancel" | "scontrol" | "sinfo" | "srun";

/** A controller that does not answer: SLURM's commands themselves try again for a while. */
const TIMEOUT_MS = 60_000;

/**
 * Run one of them to its end and return what it prints.
 *
 * Throws ERR_DEEPLASIA_SLURM: it is not there, or it refused, with its own words.
 */
export function slurm(tool: Tool, args: readonly string[], timeout = TIMEOUT_MS): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(tool, args, { timeout, maxBuffer: 2 ** 28 }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(isSystemError(error, "ENOENT") ? missing(tool) : refused(tool, error, stdout + stderr));
    });
  });
}

function missing(tool: Tool): DeeplasiaError {
  return new DeeplasiaError("ERR_DEEPLASIA_SLURM", `there is no ${tool} here (PATH)`, {
    remedy:
      "Run this on a login node or in a job of a SLURM cluster; some sites want `module load slurm` first.",
  });
}

function refused(tool: Tool, error: Error & { killed?: boolean }, text: string): DeeplasiaError {
  const said = error.killed === true ? "it did not answer in time" : text.trim() || error.message;
  const remedy = REMEDIES.find(([pattern]) => pattern.test(said))?.[1];
  const words = said.startsWith(`${tool}:`) ? said : `${tool}: ${said}`;
  return new DeeplasiaError("ERR_DEEPLASIA_SLURM", words, { cause: error, remedy });
}

/** By SLURM's own whole phrases (slurm_errno.c): its words alone, such as "configuration", are in many of them. */
const REMEDIES: [said: RegExp, remedy: string][] = [
  [
    /invalid account|invalid qos|account\/partition combination|QOS specification/i,
    "`sacctmgr show associations user=$USER` lists accounts, partitions and qualities of service that are yours.",
  ],
  [/invalid partition/i, "`sinfo --summarize` lists the partitions; give one with --partition."],
  [
    /node configuration is not available|memory specification|more processors|CPU count per node|node count specification|generic resource|invalid feature/i,
    "No node of the partition has that much (--mem, --cpus-per-task, --gpus-per-node, --constraint): " +
      "`sinfo --Node --long` lists what they have.",
  ],
  [/time limit/i, "`sinfo --format='%P %l'` lists the partitions' time limits; give a shorter --time."],
  [
    /job array|array task/i,
    "`scontrol show config | grep MaxArraySize` tells the largest; give a smaller --array.",
  ],
  [
    /limit|QOSMax|AssocMax|AssocGrp/i,
    "The site limits what one user may ask for at a time: ask for less, or wait.",
  ],
  [
    /unable to contact|did not answer|connection refused|connection timed out|configuration file|unable to establish/i,
    "Is this machine part of the cluster, and its controller up? `scontrol ping` tells.",
  ],
];

/** A value of `scontrol show … --oneliner`, which says `Name=value`; undefined where it does not say it. */
export function factIn(facts: string, name: string): string | undefined {
  return new RegExp(`\\b${name}=(\\S+)`).exec(facts)?.[1];
}

/** The settings of the cluster, by the names of slurm.conf. */
export async function clusterSettings(timeout?: number): Promise<Map<string, string>> {
  const text = await slurm("scontrol", ["show", "config"], timeout);
  const pairs = text.split("\n").flatMap((line) => {
    const found = /^(\w+)\s*= (.*)$/.exec(line);
    return found === null ? [] : [[found[1]!, found[2]!.trim()] as const];
  });
  return new Map(pairs);
}
