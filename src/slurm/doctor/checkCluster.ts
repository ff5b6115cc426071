/** Checks a cluster from outside a job. */
import { clusterSettings, slurm } from "../client.js";
import { type Check, limited } from "./check.js";

const TIMEOUT_MS = 4_000;

const TOOLS = ["sbatch", "srun", "squeue", "scancel", "scontrol"] as const;

/** Runs the checks and stops at the first failure, because later checks would fail for the same reason. */
export async function checkCluster(): Promise<Check[]> {
  const checks: Check[] = [];
  for (const tool of TOOLS) {
    const look = async () => ({ ok: true, found: (await slurm(tool, ["--version"], TIMEOUT_MS)).trim() });
    const check = await limited(tool, TIMEOUT_MS, look);
    if (check.ok !== true) return [{ ...check, ok: false }];
    checks.push(check);
  }
  let settings = new Map<string, string>();
  const controller = await limited("controller", TIMEOUT_MS, async () => {
    settings = await clusterSettings(TIMEOUT_MS);
    return { ok: true, found: `cluster "${settings.get("ClusterName")}" answers` };
  });
  if (controller.ok !== true) return [...checks, { ...controller, ok: false }];
  return [...checks, controller, arrays(settings), preemption(settings), await partitions()];
}

function arrays(settings: Map<string, string>): Check {
  const limit = Number(settings.get("MaxArraySize"));
  return { what: "arrays", ok: limit > 1, found: `task ids up to ${limit - 1} (MaxArraySize ${limit})` };
}

/** Reports how jobs may end before they are done. */
function preemption(settings: Map<string, string>): Check {
  const value = (name: string) => settings.get(name) ?? "unknown";
  const again = /REQUEUE/.test(value("PreemptMode"))
    ? "SLURM requeues a preempted job"
    : "SLURM does not requeue a preempted job";
  const found = `${again} (PreemptMode ${value("PreemptMode")}); KillWait ${value("KillWait")}, OverTimeLimit ${value("OverTimeLimit")}`;
  return { what: "ends", ok: true, found };
}

function partitions(): Promise<Check> {
  return limited("partitions", TIMEOUT_MS, async () => {
    const lines = (await slurm("sinfo", ["--noheader", "--format=%P %l, %D nodes, %a"])).trim().split("\n");
    return { ok: true, found: lines.map((line) => line.trim()).join("; ") };
  });
}
