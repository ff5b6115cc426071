/**
 * The folder beside an output in which its shares lie until they are joined: `<output>.parts`.
 *
 * - `run.json`: the identity of the run, its rows and the number of shares. The first task makes it.
 * - `0003-of-0016.csv`, with its failures, its partial files and its run file while it is being written (`resume.ts`).
 * - `0003-of-0016.json`: that run file once the share is complete; so the names show which shares are done.
 * - `*.lock`: a share, and the joining, belong to one process at a time.
 *
 * Nothing here needs more of a file system than that a rename and an exclusive creation are one step each.
 */
import { readdir, rm } from "node:fs/promises";
import { basename, extname, join, resolve } from "node:path";
import * as z from "zod";
import { DeeplasiaError } from "../../errors.js";
import { makeFolder } from "../../files/makeFolder.js";
import { pathKind, pathSize } from "../../files/pathKind.js";
import { createFile, writeFileAtomic } from "../../files/writeFileAtomic.js";
import type { RowShare } from "../../slurm/rowShare.js";
import { marksOf } from "../columns.js";
import { differences } from "../differences.js";
import { outputPaths } from "../outputPaths.js";
import type { OutputFile } from "../recordFile.js";
import { readState, runFile } from "../runFile.js";

const sharedRun = z.object({
  version: z.literal(1),
  /** The whole run as if it were one: identity, layout, block size. */
  run: runFile,
  /** Selected rows. */
  rows: z.number(),
  /** Number of shares. */
  of: z.number(),
  /** Absolute paths of an ensemble's members' files, with what differs between their layouts. */
  memberFiles: z.array(
    z.object({
      path: z.string(),
      hasSexHead: z.boolean(),
      spreadMembers: z.number().optional(),
      intervals: z.array(z.number()).optional(),
      ageUnit: runFile.shape.ageUnit,
    }),
  ),
  /** The array that began the run; null for none. */
  array: z.object({ first: z.number(), step: z.number(), ranks: z.number() }).nullish(),
  /** The command of the task that came first, without its share. */
  command: z.string().nullable(),
  /** The provenance of the first task, with which that of the joined output begins. */
  provenance: z.record(z.string(), z.unknown()).optional(),
  /** Once the shares are joined and gone: the size of the output. */
  joined: z.object({ bytes: z.number() }).nullable(),
});
export type SharedRun = z.infer<typeof sharedRun>;

/** Where a share and its marks lie. */
export interface SharePaths {
  /** The share of the output. */
  output: string;
  /** The shares of the members' files, in their order. */
  members: string[];
  receipt: string;
  lock: string;
}

export class SharesFolder {
  readonly path: string;

  /** @param output The path of the output. */
  constructor(readonly output: string) {
    this.path = `${output}.parts`;
  }

  private get runPath(): string {
    return join(this.path, "run.json");
  }

  get joinLock(): string {
    return join(this.path, "merge.lock");
  }

  pathsOf({ number, of }: RowShare, memberFiles: readonly { path: string }[]): SharePaths {
    const digits = (value: number) => String(value).padStart(4, "0");
    const stem = join(this.path, `${digits(number)}-of-${digits(of)}`);
    return {
      output: `${stem}${extname(this.output)}`,
      // By number: names of members need not fit into names of files together with all else.
      members: memberFiles.map((_, i) => `${stem}.member-${i + 1}.csv`),
      receipt: `${stem}.json`,
      lock: `${stem}.lock`,
    };
  }

  /** Null if no run of shares was begun here. Throws ERR_DEEPLASIA_RESUME if it is damaged or of another version. */
  read(): Promise<SharedRun | null> {
    return readState(this.runPath, sharedRun, this.removal);
  }

  /**
   * Begins a run of shares, unless another task of it has. A run that was joined is replaced.
   *
   * Throws ERR_DEEPLASIA_RESUME if the shares of another run lie here, or the unfinished output of a single process.
   */
  async claim(run: SharedRun): Promise<SharedRun> {
    await this.requireNoSingleRun();
    await makeFolder(this.path);
    const found = (await this.read()) ?? (await this.begin(run));
    const foreign = differencesOf(found, run);
    if (foreign.length === 0 && (found.joined === null || (await this.isJoined(found)))) return found;
    if (found.joined === null) throw this.foreign(foreign);
    await this.write(run);
    return run;
  }

  /** Whether the joined output still is what was written. */
  private async isJoined({ joined }: SharedRun): Promise<boolean> {
    return joined?.bytes === (await pathSize(this.output));
  }

  /** Makes `run.json`, if this task is the first of those that begin at once. The file has its content when it gets its name. */
  private async begin(run: SharedRun): Promise<SharedRun> {
    while (!(await createFile(this.runPath, textOf(run)))) {
      const others = await this.read();
      if (others !== null) return others;
    }
    return run;
  }

  write(run: SharedRun): Promise<void> {
    return writeFileAtomic(this.runPath, textOf(run));
  }

  /** Numbers of the shares that are not complete; none is missing of what was joined. */
  async missing(of: number): Promise<number[]> {
    const names = new Set(await readdir(this.path));
    const numbers = Array.from({ length: of }, (_, i) => i + 1);
    const nameOf = (number: number) => basename(this.pathsOf({ number, of }, []).receipt);
    const missing = numbers.filter((number) => !names.has(nameOf(number)));
    // Asked after the names: the shares go when the run is marked as joined.
    return missing.length > 0 && (await this.isDone()) ? [] : missing;
  }

  /** Whether the shares were joined. */
  async isDone(): Promise<boolean> {
    return ((await this.read())?.joined ?? null) !== null;
  }

  /** Removes everything but `run.json`, after the shares were joined. */
  async clear(): Promise<void> {
    for (const name of await readdir(this.path)) {
      if (/^\d+-of-\d+(\.|$)/.test(name)) await rm(join(this.path, name), { force: true });
    }
  }

  private async requireNoSingleRun(): Promise<void> {
    const { partial } = outputPaths(this.output);
    if ((await pathKind(partial)) === null) return;
    throw new DeeplasiaError(
      "ERR_DEEPLASIA_RESUME",
      `an interrupted run of a single process lies at ${partial}`,
      { file: partial, remedy: 'Resume it with `shard: "none"` and `resume: true`, or delete it.' },
    );
  }

  private foreign(differing: readonly string[]): DeeplasiaError {
    return new DeeplasiaError(
      "ERR_DEEPLASIA_RESUME",
      `${this.path} holds the shares of another run: ${differing.join("; ")}`,
      { file: this.path, remedy: `Run what it was begun with, or give another output. ${this.removal}` },
    );
  }

  private get removal(): string {
    return `To discard it, end its tasks and delete ${this.path}.`;
  }
}

/** Returns the differences of two runs of shares as texts. */
function differencesOf(before: SharedRun, now: SharedRun): string[] {
  const found = differences(before.run, now.run);
  if (before.rows !== now.rows) found.push(`the rows (${before.rows}, now ${now.rows})`);
  if (before.of !== now.of) found.push(`the number of shares (${before.of}, now ${now.of})`);
  return found;
}

function textOf(run: SharedRun): string {
  return `${JSON.stringify(run, null, 2)}\n`;
}

/** Returns the files that the shares are joined to: the output and those of its members. */
export function filesOf(output: string, { run, memberFiles }: SharedRun): OutputFile[] {
  const { format, members, hasSexHead, spreadMembers, views, intervals, ageUnit } = run;
  const origins = { ...marksOf(run), views };
  return [
    { path: output, format, members, hasSexHead, ...spreadOf(spreadMembers), intervals, ageUnit, ...origins },
    ...memberFiles.map(({ spreadMembers: spread, ...file }) => ({
      ...file,
      ...spreadOf(spread),
      format: "csv" as const,
      members: null,
      ...origins,
    })),
  ];
}

/** As `SharedRun.memberFiles`. */
export function memberFilesOf(files: readonly OutputFile[] = []): SharedRun["memberFiles"] {
  return files.map(({ path, hasSexHead, spreadMembers, intervals, ageUnit }) => ({
    path: resolve(path),
    hasSexHead,
    ...spreadOf(spreadMembers),
    ...(intervals === undefined ? {} : { intervals: [...intervals] }),
    ageUnit,
  }));
}

const spreadOf = (spreadMembers: number | undefined) =>
  spreadMembers === undefined ? {} : { spreadMembers };
