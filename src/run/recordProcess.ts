/** `provenance.json`: what each process of a run did, where, with which versions and on which data. */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { isSystemError } from "../errors.js";
import { writeFileAtomic } from "../files/writeFileAtomic.js";
import { digestOfTable } from "../packFile/digestOfTable.js";
import { processFacts } from "../processFacts.js";

const execute = promisify(execFile);

export interface ProvenanceFacts {
  seed: number;
  /** The device, and why it was chosen. */
  device: string;
  libtorch: string;
  /** Files whose contents decide what is learnt: what they are -> path. */
  files: Record<string, string>;
  /** SHA-256 of the rows of training and validation. */
  rows: string;
  /** The state from which the process resumed. */
  resumedFrom: string | null;
}

/** Adds this process to a run's provenance. Throws ERR_DEEPLASIA_OUTPUT. */
export async function recordProcess(file: string, facts: ProvenanceFacts): Promise<void> {
  const { files, ...rest } = facts;
  const digests = await Promise.all(
    Object.entries(files).map(async ([what, path]) => [what, { path, sha256: await digestOfTable(path) }]),
  );
  const own = {
    ...processFacts(),
    command: process.argv,
    git: await gitState(),
    ...rest,
    files: Object.fromEntries(digests),
  };
  await writeFileAtomic(file, `${JSON.stringify([...(await processesIn(file)), own], null, 2)}\n`);
}

/** Returns the processes that the file lists. A damaged file lists none: that is no reason not to train. */
export async function processesIn(file: string): Promise<Record<string, unknown>[]> {
  try {
    const known: unknown = JSON.parse(await readFile(file, "utf8"));
    return Array.isArray(known) ? known : [];
  } catch (error) {
    if (isSystemError(error, "ENOENT") || error instanceof SyntaxError) return [];
    throw error;
  }
}

/** The commit of the working directory, and whether tracked files differ from it; null outside a repository. */
async function gitState(): Promise<{ commit: string; changed: boolean } | null> {
  const git = async (...args: string[]) => (await execute("git", args, { timeout: 10_000 })).stdout.trim();
  try {
    const commit = await git("rev-parse", "HEAD");
    return { commit, changed: (await git("status", "--porcelain", "--untracked-files=no")) !== "" };
  } catch {
    return null;
  }
}
