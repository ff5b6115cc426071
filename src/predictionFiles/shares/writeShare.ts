/** One share of an output: written into the folder of shares, which the last one to finish joins. */
import type { Cohort } from "../../data/openCohort.js";
import { DeeplasiaError } from "../../errors.js";
import { lockFile } from "../../lock.js";
import { type Summary, SummaryBuilder } from "../../records/summary.js";
import { arrayLayout, type RowShare, shareText } from "../../slurm/rowShare.js";
import { differences } from "../differences.js";
import { type OutputOptions, runFileOf } from "../outputOptions.js";
import { readState, runFile } from "../runFile.js";
import { mergeUnlessOther, summarise } from "./mergeShares.js";
import { rowsOfRange, shareRange } from "./shareRange.js";
import { memberFilesOf, type SharePaths, SharesFolder } from "./sharesFolder.js";

/** How far the shares of a run are after one of them. */
export interface WrittenShare extends RowShare {
  /** Numbers of the shares that are not complete. */
  missing: number[];
  /** The summary of all shares, if this one was the last and joined them, or they were joined before; else null. */
  joined: Summary | null;
}

/** What was written; `finished` is false where rows are left. */
export interface WrittenRows extends Summary {
  finished: boolean;
}

export interface ShareRun {
  /** The output as if there were no shares. */
  whole: OutputOptions;
  cohort: Cohort;
  share: RowShare;
  /** What was run, without the share; for messages. */
  command: string | undefined;
  /** Writes rows to an output, all that are left. */
  write(output: OutputOptions, rows: Cohort): Promise<WrittenRows>;
}

/**
 * Writes a share and, if no other is missing then, joins them all. A complete share is not written again, and an
 * interrupted one is resumed.
 *
 * The tasks need not talk to each other to know which is the last: each looks for the receipts of the others after its own
 * has its name. If two finish at once, the one whose receipt came later sees both, so the shares are always joined; and if
 * several see all receipts, the lock lets one of them join.
 *
 * Throws ERR_DEEPLASIA_RESUME if the shares of another run lie there, ERR_DEEPLASIA_OUTPUT while another process writes
 * the share.
 */
export async function writeShare(run: ShareRun): Promise<WrittenRows & { share: WrittenShare }> {
  const { whole, cohort, share, command } = run;
  refuseOverwrite(whole);
  const folder = new SharesFolder(whole.path);
  const memberFiles = memberFilesOf(whole.memberFiles);
  const claimed = await folder.claim({
    version: 1,
    run: runFileOf(whole),
    rows: cohort.total,
    of: share.of,
    memberFiles,
    array: arrayLayout(),
    command: command ?? null,
    ...(whole.provenance === undefined ? {} : { provenance: { ...whole.provenance } }),
    joined: null,
  });
  if (claimed.joined !== null) whole.logger.info(`${whole.path} was joined of its shares before`);
  const written = claimed.joined === null ? await writeLocked(run, folder) : null;
  const missing = await folder.missing(share.of);
  const joined = missing.length > 0 ? null : await mergeUnlessOther(folder);
  const own = written ?? { ...new SummaryBuilder().build(0), finished: true };
  return { ...own, share: { ...share, missing, joined } };
}

/** Returns null if the shares were joined while this process waited for another one with the same share. */
async function writeLocked(
  { whole, cohort, share, write }: ShareRun,
  folder: SharesFolder,
): Promise<WrittenRows | null> {
  const paths = folder.pathsOf(share, whole.memberFiles ?? []);
  await using _ = await lockFile(paths.lock, `${shareText(share)} of ${whole.path}`);
  if (await folder.isDone()) return null;
  const range = shareRange(share, cohort.total, whole.blockSize);
  const rows = rowsOfRange(cohort, range);
  if (await isComplete(paths.receipt, whole)) {
    whole.logger.info(`${shareText(share)} is complete already`);
    const part = { path: paths.output, rows: rows.total, receipt: paths.receipt };
    return { ...(await summarise([part], whole, whole.identity)), finished: true };
  }
  const described = rows.total === 0 ? "none of the rows" : `rows ${range.from + 1} to ${range.to}`;
  whole.logger.info(`${shareText(share)}: ${described} of ${cohort.total}`);
  return await write(partOf(whole, paths, rows), rows);
}

async function isComplete(receipt: string, whole: OutputOptions): Promise<boolean> {
  const found = await readState(receipt, runFile, `Delete ${receipt}.`);
  return found !== null && differences(found, runFileOf(whole)).length === 0;
}

/** Returns the output of a share: its files are in the folder, and an interrupted share is always resumed. */
function partOf(whole: OutputOptions, paths: SharePaths, rows: Cohort): OutputOptions {
  const { memberFiles, provenance: _, ...rest } = whole;
  const { output: path, receipt } = paths;
  const part = { ...rest, path, receipt, rowNumbers: () => rows.rowNumbers(), resume: true };
  if (memberFiles === undefined) return part;
  return { ...part, memberFiles: memberFiles.map((file, i) => ({ ...file, path: paths.members[i]! })) };
}

function refuseOverwrite({ overwrite, path }: OutputOptions): void {
  if (!overwrite) return;
  throw new DeeplasiaError(
    "ERR_DEEPLASIA_USAGE",
    "`overwrite: true` is not for shares: each would discard others",
    {
      remedy: `Delete ${path}.parts before the run; complete shares there are kept.`,
    },
  );
}
