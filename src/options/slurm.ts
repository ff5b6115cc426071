/** Options of `slurm`. Those of `submit` that sbatch also has keep sbatch's names and meanings. */
import { z } from "zod";

/** Text for one line of a script. */
const line = z.string().regex(/^[^\p{Cc}]+$/u, "must be text on one line");

/** Signal and seconds of notice. With `B:` the signal would reach only the batch shell, which cannot save. */
const SIGNAL = /^(?:SIG)?USR1@(\d+)$/;

/** Returns the seconds of notice in a value of `--signal`. */
export const noticeOf = (signal: string): number => Number(SIGNAL.exec(signal)?.[1]);

/** In the order in which they stand in a script. */
const sbatchShape = {
  jobName: line.optional().meta({
    description: "name of the job (default: the command's)",
    argument: "<name>",
    short: "J",
  }),
  nodes: z
    .int()
    .min(1)
    .max(100_000)
    .default(1)
    .meta({ description: "number of nodes", argument: "<n>", short: "N" }),
  ntasksPerNode: z.int().min(1).max(100_000).optional().meta({
    description: "processes per node (default: one per GPU; one without GPUs)",
    argument: "<n>",
  }),
  gpusPerNode: line
    .regex(/^([^:]+:)?[1-9]\d*$/, "must be a number, or type:number")
    .optional()
    .meta({
      description: "GPUs per node: 4, or a100:4",
      argument: "<n>",
    }),
  cpusPerTask: z
    .int()
    .min(1)
    .max(100_000)
    .optional()
    .meta({ description: "cores per process", argument: "<n>", short: "c" }),
  mem: line.optional().meta({ description: "memory per node, such as 16G", argument: "<size>" }),
  time: line.optional().meta({
    description: "time limit: minutes, hours:minutes:seconds or days-hours",
    argument: "<time>",
    short: "t",
  }),
  partition: line.optional().meta({ description: "partition", argument: "<name>", short: "p" }),
  array: z
    .string()
    .regex(
      /^\d+-\d+(:[1-9]\d*)?(%[1-9]\d*)?$/,
      "must be first-last, such as 0-15, and as sbatch has it :step, %running",
    )
    .optional()
    .meta({
      description: "tasks that share the rows of a predict, such as 0-15; with %4 at most four run at once",
      argument: "<range>",
      short: "a",
    }),
  account: line.optional().meta({ description: "account that pays", argument: "<name>", short: "A" }),
  constraint: line
    .optional()
    .meta({ description: "features that the nodes must have", argument: "<list>", short: "C" }),
  qos: line.optional().meta({ description: "quality of service", argument: "<name>", short: "q" }),
  signal: z.string().regex(SIGNAL, "must be USR1@seconds").default("USR1@90").meta({
    description: "seconds before the time limit at which the command saves and the job is requeued",
    argument: "<USR1@s>",
  }),
};

const ownShape = {
  setup: z.string().min(1).optional().meta({
    description:
      'shell commands before everything else, such as "module load cuda"; one that fails ends the job',
    argument: "<commands>",
  }),
  scratch: line.optional().meta({
    description: "`scratch` of the command; $TMPDIR, $USER and other variables take the job's values",
    argument: "<folder>",
  }),
  runDir: z.string().min(1).optional().meta({
    description: "folder for script and output, new or empty (default: slurm/<job name>_<n>)",
    argument: "<folder>",
  }),
  maxRequeues: z.int().min(0).max(100_000).default(10).meta({
    description: "how often the job is requeued because of its time limit; preemptions do not count",
    argument: "<n>",
  }),
  skipDoctor: z
    .boolean()
    .default(false)
    .meta({ description: "leave out the checks of paths before submitting, and those at the job's start" }),
};

export const jobOptions = z.strictObject({ ...sbatchShape, ...ownShape });
export type JobOptions = z.infer<typeof jobOptions>;

/** The flags that are sbatch's own, in the order of a script. */
export const SBATCH_KEYS = Object.keys(sbatchShape) as (keyof typeof sbatchShape)[];

export const submitOptions = z.strictObject({
  ...jobOptions.shape,
  dryRun: z
    .boolean()
    .default(false)
    .meta({ description: "print the script; nothing is written or submitted" }),
});
/** Headings of `--help`. */
export const SUBMIT_GROUPS = {
  "Resources, as sbatch has them:": sbatchShape,
  "The job:": { ...ownShape, dryRun: submitOptions.shape.dryRun },
};

export const logsOptions = z.strictObject({
  lines: z.int().min(1).max(1_000_000).default(50).meta({
    description: "lines of each output file, from its end",
    argument: "<n>",
    short: "n",
  }),
  follow: z.boolean().default(false).meta({ description: "keep printing as the output grows", short: "f" }),
});

export const requeueOptions = z.strictObject({
  exitStatus: z
    .int()
    .min(0)
    .max(255)
    .meta({ description: "exit status of srun with the command", argument: "<n>" }),
  notice: z
    .int()
    .min(0)
    .max(65_535)
    .default(noticeOf(sbatchShape.signal.parse(undefined)))
    .meta({
      description: "seconds before the time limit at which the job gets its signal",
      argument: "<s>",
    }),
  maxRequeues: jobOptions.shape.maxRequeues,
});
