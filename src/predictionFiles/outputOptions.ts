/** The options of an output of predictions. */
import type { Writable } from "node:stream";
import type { Logger } from "../console/logger.js";
import { outputError } from "../files/outputError.js";
import { type PathKind, pathKind } from "../files/pathKind.js";
import { marksOf } from "./columns.js";
import type { OutputFile } from "./recordFile.js";
import type { RunFile, RunIdentity } from "./runFile.js";

/** `path`: file to write, or `-` for stdout. A device or a pipe is written directly, too. */
export interface OutputOptions extends OutputFile {
  /** Files for the members' own predictions, which are held, resumed and completed together with the output. */
  memberFiles?: readonly OutputFile[];
  identity: RunIdentity;
  /** Rows a block (the batch size); a resumed run starts at a whole block. */
  blockSize: number;
  /** Row numbers of all selected rows, in order (`Cohort.rowNumbers`). */
  rowNumbers(): AsyncIterable<number>;
  /** Resume an interrupted run; without one, start. */
  resume: boolean;
  /** Discard the files of an interrupted run. */
  overwrite: boolean;
  /** Where the run file shall stay once all files have their names; by default it goes. */
  receipt?: string;
  /** Further content of the provenance beside the output; without it no provenance is written. */
  provenance?: Readonly<Record<string, unknown>>;
  /** Gets the failed rows where there is no failures file. */
  logger: Logger;
  /** Stands in for `process.stdout`. */
  stdout?: Writable;
}

/** As `pathKind`; stdout (`-`) is one of the others. Throws `ERR_DEEPLASIA_OUTPUT`. */
export async function kindOf(path: string): Promise<PathKind | null> {
  if (path === "-") return "other";
  try {
    return await pathKind(path);
  } catch (error) {
    throw outputError(error, path);
  }
}

/** The content of a run file about an output that is being written. */
export function runFileOf(output: OutputOptions): RunFile {
  const { identity, format, members, hasSexHead, spreadMembers, views, intervals, ageUnit, blockSize } =
    output;
  const layout = {
    ...{ format, members: members === null ? null : [...members], hasSexHead, ageUnit },
    ...(spreadMembers ? { spreadMembers } : {}),
    ...(views === undefined ? {} : { views: [...views] }),
    ...(intervals === undefined ? {} : { intervals: [...intervals] }),
    ...marksOf(output),
  };
  return { version: 2, state: "running", identity, ...layout, blockSize };
}
