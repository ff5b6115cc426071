/** The folder of a submitted job: its script, its output and a record of the submission. */
import { mkdir, readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import * as z from "zod";
import { DeeplasiaError, isSystemError } from "../errors.js";
import { makeFolder } from "../files/makeFolder.js";
import { outputError } from "../files/outputError.js";
import { pathKind } from "../files/pathKind.js";
import { writeFileAtomic } from "../files/writeFileAtomic.js";

const submission = z.object({
  /** Version of the record. */
  version: z.literal(1),
  /** The number of the array if the job is one. */
  jobId: z.string(),
  /** ClusterName, because job numbers belong to one cluster. */
  cluster: z.string(),
  /** The command of the job, with its options. */
  command: z.array(z.string()),
  /** The folder in which the job runs. */
  workingDirectory: z.string(),
  /** Absolute path. SLURM reports the script of each job, which shows whether a number is this job's. */
  script: z.string(),
  /** When it was submitted, ISO 8601. */
  submitted: z.string(),
});
/** The record of a submission. */
export type Submission = z.infer<typeof submission>;

const RECORD = "slurm.json";
/** Returns the path of the script in the folder of a job. */
export const scriptIn = (folder: string) => join(folder, "job.sh");

/** Makes the requested folder, or the first free `slurm/<name>_<n>`. Throws ERR_DEEPLASIA_OUTPUT. */
export async function makeRunDirectory(asked: string | undefined, name: string): Promise<string> {
  if (asked !== undefined) return await makeAskedFor(resolve(asked));
  await makeFolder(resolve(PARENT));
  for (;;) {
    const folder = await freeRunDirectory(name);
    try {
      await mkdir(folder);
      return folder;
    } catch (error) {
      // Another submission has just taken the number.
      if (!isSystemError(error, "EEXIST")) throw outputError(error, folder);
    }
  }
}

const PARENT = "slurm";

/** Returns the first `slurm/<name>_<n>` that does not exist. */
export async function freeRunDirectory(name: string): Promise<string> {
  const folder = (n: number) => resolve(PARENT, `${name.replaceAll(/[^\w.-]/g, "_")}_${n}`);
  let n = 0;
  while ((await pathKind(folder(n))) !== null) n++;
  return folder(n);
}

async function makeAskedFor(folder: string): Promise<string> {
  requireNameable(folder);
  await makeFolder(folder);
  if ((await readdir(folder)).length === 0) return folder;
  throw new DeeplasiaError("ERR_DEEPLASIA_OUTPUT", `${folder} is not empty`, {
    file: folder,
    remedy: "Each submission needs a folder of its own: give another `runDir`.",
  });
}

/** Throws ERR_DEEPLASIA_OPTION for a path that a line `#SBATCH --output` cannot hold. */
export function requireNameable(folder: string): void {
  if (!/[\p{Cc}\\]/u.test(folder)) return;
  throw new DeeplasiaError(
    "ERR_DEEPLASIA_OPTION",
    `SLURM cannot write into a folder with a backslash or a line break in its name: ${JSON.stringify(folder)}`,
    { remedy: "Give another `runDir`, or work in another folder." },
  );
}

/** Writes the record of a submission. Throws ERR_DEEPLASIA_OUTPUT. */
export async function writeSubmission(folder: string, facts: Submission): Promise<void> {
  await writeFileAtomic(join(folder, RECORD), `${JSON.stringify(facts, null, 2)}\n`);
}

/** Reads the record of a submission. Throws ERR_DEEPLASIA_USAGE for a folder that `slurm submit` did not make. */
export async function readSubmission(folder: string): Promise<Submission> {
  const file = join(folder, RECORD);
  try {
    return submission.parse(JSON.parse(await readFile(file, "utf8")));
  } catch (error) {
    const what = isSystemError(error, "ENOENT", "ENOTDIR")
      ? `\`slurm submit\` did not make ${folder}: it holds no ${RECORD}`
      : `${file} is not a valid record of a submission`;
    throw new DeeplasiaError("ERR_DEEPLASIA_USAGE", what, {
      file: folder,
      remedy: "Give the folder that `slurm submit` printed.",
      cause: error,
    });
  }
}

/** Lists the output files of the job, one for each task of an array, in the order of the tasks. */
export async function outputsIn(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => /^\d+(_\d+)?\.out$/.test(name));
  const byNumber = new Intl.Collator("en", { numeric: true });
  return names.sort(byNumber.compare).map((name) => join(folder, name));
}
