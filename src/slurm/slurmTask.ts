/** The job, array and step that a process belongs to, from SLURM's environment variables. */
import { DeeplasiaError } from "../errors.js";

/** All variables that are read. Source: https://slurm.schedmd.com/sbatch.html and srun.html, "output environment variables". */
const VARIABLES = {
  SLURM_ARRAY_JOB_ID: "text",
  SLURM_ARRAY_TASK_COUNT: "count",
  SLURM_ARRAY_TASK_ID: "count",
  SLURM_ARRAY_TASK_MIN: "count",
  SLURM_ARRAY_TASK_STEP: "count",
  SLURM_CPUS_PER_TASK: "count",
  SLURM_JOB_END_TIME: "count",
  SLURM_JOB_ID: "text",
  SLURM_JOB_NODELIST: "text",
  SLURM_JOB_NUM_NODES: "count",
  SLURM_LOCALID: "count",
  SLURM_NODEID: "count",
  SLURM_NTASKS: "count",
  SLURM_PROCID: "count",
  SLURM_RESTART_COUNT: "count",
  SLURM_STEP_ID: "text",
  SLURM_STEP_NODELIST: "text",
  SLURM_STEP_NUM_TASKS: "count",
  SLURM_STEP_TASKS_PER_NODE: "text",
  SLURMD_NODENAME: "text",
} as const;

/** A task of a job array. `--array=5-9:2` has the ids 5, 7 and 9: `first` 5, `step` 2, `count` 3. A list (`1,5,6`) has no step. */
export interface ArrayTask {
  jobId: string;
  id: number;
  first: number;
  step: number;
  count: number;
}

/** The place of a process in its SLURM job. */
export interface SlurmTask {
  /** The number of this job; each task of an array has its own. */
  jobId: string;
  /** How often SLURM has restarted this job. */
  restarts: number;
  /** When SLURM will end the job, in seconds since 1970; null if not known. */
  endTime: number | null;
  node: string | null;
  /** In SLURM's short form (`n[1-3]`). */
  nodeList: string | null;
  nodes: number;
  /** Cores of this task; null if the job requested no number. */
  cpus: number | null;
  /** The array that the job is a task of; null if it is of none. */
  array: ArrayTask | null;
  /** The job step that `srun` started; null in the batch script itself. */
  step: {
    id: string;
    rank: number;
    ranks: number;
    localRank: number;
    nodeIndex: number;
    /** In SLURM's short form. */
    nodeList: string | null;
    /** Number of tasks on each node of the step; null if not known. */
    tasksPerNode: number[] | null;
  } | null;
}

/**
 * Returns the place of this process in its job; null outside SLURM.
 *
 * A batch script has SLURM_PROCID (0) and SLURM_NTASKS as well, so only SLURM_STEP_ID shows that a process is one of
 * several. Throws `ERR_DEEPLASIA_OPTION` for a variable that should be a number and is not.
 */
export function slurmTask(env: NodeJS.ProcessEnv = process.env): SlurmTask | null {
  const { text, count } = reader(env);
  const jobId = text("SLURM_JOB_ID");
  if (jobId === null) return null;
  return {
    jobId,
    restarts: count("SLURM_RESTART_COUNT") ?? 0,
    endTime: count("SLURM_JOB_END_TIME"),
    node: text("SLURMD_NODENAME"),
    nodeList: text("SLURM_JOB_NODELIST"),
    nodes: count("SLURM_JOB_NUM_NODES") ?? 1,
    cpus: count("SLURM_CPUS_PER_TASK"),
    array: arrayOf(env),
    step: stepOf(env),
  };
}

function arrayOf(env: NodeJS.ProcessEnv): ArrayTask | null {
  const { text, count } = reader(env);
  const jobId = text("SLURM_ARRAY_JOB_ID");
  const [id, tasks] = [count("SLURM_ARRAY_TASK_ID"), count("SLURM_ARRAY_TASK_COUNT")];
  if (jobId === null || id === null || tasks === null) return null;
  const [first, step] = [count("SLURM_ARRAY_TASK_MIN") ?? 0, count("SLURM_ARRAY_TASK_STEP") ?? 1];
  return { jobId, id, first, step, count: tasks };
}

function stepOf(env: NodeJS.ProcessEnv): SlurmTask["step"] {
  const { text, count } = reader(env);
  const [rank, step] = [count("SLURM_PROCID"), text("SLURM_STEP_ID")];
  if (rank === null || step === null) return null;
  return {
    id: step,
    rank,
    ranks: count("SLURM_STEP_NUM_TASKS") ?? count("SLURM_NTASKS") ?? 1,
    localRank: count("SLURM_LOCALID") ?? 0,
    nodeIndex: count("SLURM_NODEID") ?? 0,
    nodeList: text("SLURM_STEP_NODELIST"),
    tasksPerNode: countsIn(text("SLURM_STEP_TASKS_PER_NODE")),
  };
}

/** Parses SLURM's counts: `2(x3),1` is 2, 2, 2 and 1. */
function countsIn(text: string | null): number[] | null {
  if (text === null) return null;
  return text.split(",").flatMap((part) => {
    const [, count, times = "1"] = /^(\d+)(?:\(x(\d+)\))?$/.exec(part) ?? [];
    return Array<number>(Number(times)).fill(Number(count));
  });
}

type Name<Kind> = {
  [K in keyof typeof VARIABLES]: (typeof VARIABLES)[K] extends Kind ? K : never;
}[keyof typeof VARIABLES];

function reader(env: NodeJS.ProcessEnv) {
  const text = (name: Name<"text" | "count">) => env[name] || null;
  const count = (name: Name<"count">) => {
    const value = text(name);
    if (value === null || /^\d+$/.test(value)) return value === null ? null : Number(value);
    throw new DeeplasiaError("ERR_DEEPLASIA_OPTION", `${name} is "${value}", not a whole number`, {
      remedy: `SLURM sets ${name} in a job. Unset it outside a job.`,
    });
  };
  return { text, count };
}
