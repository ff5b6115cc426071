// scripts/option-types.mjs writes this file from the schemas: change those, then `npm run docs`.

/** The options of `submitSlurmJob` and `slurmJobScript`. */
export interface SubmitSlurmJobOptions {
  /** Name of the job (default: the command's). */
  jobName?: string | undefined;
  /** Number of nodes. Default: `1`. */
  nodes?: number | undefined;
  /** Processes per node (default: one per GPU; one without GPUs). */
  ntasksPerNode?: number | undefined;
  /** GPUs per node: 4, or a100:4. */
  gpusPerNode?: string | undefined;
  /** Cores per process. */
  cpusPerTask?: number | undefined;
  /** Memory per node, such as 16G. */
  mem?: string | undefined;
  /** Time limit: minutes, hours:minutes:seconds or days-hours. */
  time?: string | undefined;
  /** Partition. */
  partition?: string | undefined;
  /** Tasks that share the rows of a predict, such as 0-15; with %4 at most four run at once. */
  array?: string | undefined;
  /** Account that pays. */
  account?: string | undefined;
  /** Features that the nodes must have. */
  constraint?: string | undefined;
  /** Quality of service. */
  qos?: string | undefined;
  /** Seconds before the time limit at which the command saves and the job is requeued. Default: `"USR1@90"`. */
  signal?: string | undefined;
  /** Shell commands before everything else, such as "module load cuda"; one that fails ends the job. */
  setup?: string | undefined;
  /** `scratch` of the command; $TMPDIR, $USER and other variables take the job's values. */
  scratch?: string | undefined;
  /** Folder for script and output, new or empty (default: slurm/<job name>_<n>). */
  runDir?: string | undefined;
  /** How often the job is requeued because of its time limit; preemptions do not count. Default: `10`. */
  maxRequeues?: number | undefined;
  /** Leave out the checks of paths before submitting, and those at the job's start. Default: `false`. */
  skipDoctor?: boolean | undefined;
  /** Further options of sbatch by their long names: `--exclusive`, `--gres=gpu:1`. Default: `[]`. */
  further?: readonly string[] | undefined;
  /** Folder in which the job runs (default: the current one). */
  workingDirectory?: string | undefined;
}
