/** Runs SLURM's own commands. Their error messages are passed on, because they know the site. */
import { execFile } from "node:child_process";
import { DeeplasiaError, isSystemError } from "../errors.js";

type Tool = "sbatch" | "squeue" | "scancel" | "scontrol" | "sinfo" | "srun";

/** If the controller does not answer, SLURM's commands themselves retry for a while. */
const TIMEOUT_MS = 60_000;

/**
 * Runs a SLURM command and resolves to its output.
 *
 * Throws ERR_DEEPLASIA_SLURM if the command is missing, and with SLURM's own message if it fails.
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
  return new DeeplasiaError("ERR_DEEPLASIA_SLURM", `there is no ${tool} on PATH`, {
    remedy:
      "Run this on a login node or in a job of a SLURM cluster; some sites need `module load slurm` first.",
  });
}

function refused(tool: Tool, error: Error & { killed?: boolean }, text: string): DeeplasiaError {
  const said = error.killed === true ? "it did not answer in time" : text.trim() || error.message;
  const remedy = REMEDIES.find(([pattern]) => pattern.test(said))?.[1];
  const words = said.startsWith(`${tool}:`) ? said : `${tool}: ${said}`;
  return new DeeplasiaError("ERR_DEEPLASIA_SLURM", words, { cause: error, remedy });
}

/**
 * Remedies by SLURM's own phrases (slurm_errno.c). Whole phrases, because single words such as "configuration" occur in
 * many messages.
 */
const REMEDIES: [said: RegExp, remedy: string][] = [
  [
    /invalid account|invalid qos|account\/partition combination|QOS specification/i,
    "`sacctmgr show associations user=$USER` lists the accounts, partitions and qualities of service that you may use.",
  ],
  [/invalid partition/i, "`sinfo --summarize` lists the partitions; give one as `partition`."],
  [
    /node configuration is not available|memory specification|more processors|CPU count per node|node count specification|generic resource|invalid feature/i,
    "No node of the partition offers what `mem`, `cpusPerTask`, `gpusPerNode` and `constraint` request: " +
      "`sinfo --Node --long` lists what the nodes have.",
  ],
  [/time limit/i, "`sinfo --format='%P %l'` lists the partitions' time limits; give a shorter `time`."],
  [
    /job array|array task/i,
    "Give a smaller `array`; `scontrol show config | grep MaxArraySize` shows the largest.",
  ],
  [
    /limit|QOSMax|AssocMax|AssocGrp/i,
    "The site limits what one user may request at a time: request less, or wait.",
  ],
  [
    /unable to contact|did not answer|connection refused|connection timed out|configuration file|unable to establish/i,
    "Check that this machine is part of the cluster and that its controller is up: `scontrol ping`.",
  ],
];

/** Returns a value from the `Name=value` output of `scontrol show … --oneliner`; undefined if it is not there. */
export function factIn(facts: string, name: string): string | undefined {
  return new RegExp(`\\b${name}=(\\S+)`).exec(facts)?.[1];
}

/** Resolves to the settings of the cluster by their names in slurm.conf. Throws ERR_DEEPLASIA_SLURM. */
export async function clusterSettings(timeout?: number): Promise<Map<string, string>> {
  const text = await slurm("scontrol", ["show", "config"], timeout);
  const pairs = text.split("\n").flatMap((line) => {
    const found = /^(\w+)\s*= (.*)$/.exec(line);
    return found === null ? [] : [[found[1]!, found[2]!.trim()] as const];
  });
  return new Map(pairs);
}
