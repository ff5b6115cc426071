/** The folder of a submitted job: its script, its output, and what it is. */
import { mkdir, readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import * as z from "zod";
import { DeeplasiaError, isSystemError } from "../errors.js";
import { makeFolder, outputError, pathKind, writeFileAtomic } from "../files.js";

const submission = z.object({
  version: z.literal(1),
  /** Of the array, where the job is one. */
  jobId: z.string(),
  /** ClusterName: numbers of jobs are those of one cluster. */
  cluster: z.string(),
  command: z.array(z.string()),
  workingDirectory: z.string(),
  /** Absolute; SLURM says for each job what its script was. */
  script: z.string(),
  submitted: z.string(),
});
export type Submission = z.infer<typeof submission>;

const RECORD = "slurm.json";
export const scriptIn = (folder: string) => join(folder, "job.sh");

/** A new folder: the one that is asked for, or the first of `slurm/<name>_<n>` that is free. Throws ERR_DEEPLASIA_OUTPUT. */
export async function makeRunDirectory(asked: string | undefined, name: string): Promise<string> {
  if (asked !== undefined) return await makeAskedFor(resolve(asked));
  await makeFolder(resolve(PARENT));
  for (;;) {
    const folder = await freeRunDirectory(name);
    try {
      await mkdir(folder);
      return folder;
    } catch (error) {
      // Another submission took the number this moment.
      if (!isSystemError(error, "EEXIST")) throw outputError(error, folder);
    }
  }
}

const PARENT = "slurm";

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
    remedy: "Each submission has a folder of its own: give another --run-dir.",
  });
}

/** Throws ERR_DEEPLASIA_OPTION for a name that a line of `#SBATCH --output` cannot hold. */
export function requireNameable(folder: string): void {
  if (!/[\p{Cc}\\]/u.test(folder)) return;
  throw new DeeplasiaError(
    "ERR_DEEPLASIA_OPTION",
    `SLURM cannot write into a folder with a backslash or a line break in its name: ${JSON.stringify(folder)}`,
    { remedy: "Give another --run-dir, or work in another folder." },
  );
}

export async function writeSubmission(folder: string, facts: Submission): Promise<void> {
  await writeFileAtomic(join(folder, RECORD), `${JSON.stringify(facts, null, 2)}\n`);
}

/** Throws ERR_DEEPLASIA_USAGE for a folder that `slurm submit` did not make. */
export async function readSubmission(folder: string): Promise<Submission> {
  const file = join(folder, RECORD);
  try {
    return submission.parse(JSON.parse(await readFile(file, "utf8")));
  } catch (error) {
    const what = isSystemError(error, "ENOENT", "ENOTDIR")
      ? `${folder} is no folder of \`slurm submit\`: it holds no ${RECORD}`
      : `cannot understand ${file}`;
    throw new DeeplasiaError("ERR_DEEPLASIA_USAGE", what, {
      file: folder,
      remedy: "Give the folder that `slurm submit` named.",
      cause: error,
    });
  }
}

/** Output files of the job, one a task of an array, in the order of their numbers. */
export async function outputsIn(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => /^\d+(_\d+)?\.out$/.test(name));
  const byNumber = new Intl.Collator("en", { numeric: true });
  return names.sort(byNumber.compare).map((name) => join(folder, name));
}
