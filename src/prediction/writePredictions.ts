/** Predictions of a cohort into a file that can be resumed. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Cohort } from "../data/cohort.js";
import { DeeplasiaError } from "../errors.js";
import { sha256OfFile } from "../files.js";
import type { BoneAgeModel } from "../model/model.js";
import type { PredictOptions } from "../options/predict.js";
import { silentLogger } from "../report/log.js";
import { ProgressMeter } from "../report/progress.js";
import { shareOf } from "../slurm/share.js";
import { type Members, type Models, membersOf } from "./members.js";
import { kindOf, lockOutput, type Output, type OutputOptions, openOutput } from "./output.js";
import {
  applyStrict,
  blocksOf,
  type CohortRun,
  openCohortOf,
  type PredictCohortOptions,
  resolveOptions,
  warnAboutCohort,
} from "./predictCohort.js";
import type { ModelIdentity } from "./resume.js";
import { SharesFolder } from "./shares/folder.js";
import { cohortOfShare } from "./shares/range.js";
import { type Written, type WrittenShare, writeShare } from "./shares/write.js";
import { type Summary, SummaryBuilder } from "./summary.js";

export interface WritePredictionsOptions
  extends PredictCohortOptions,
    Partial<Pick<PredictOptions, "format" | "memberCsvs" | "resume" | "overwrite">> {
  /** File, or `-` for stdout. */
  outputPath: string;
  /** What was run, without its `shard`: messages say it where shares are missing. */
  command?: string | undefined;
}

export interface WrittenPredictions extends Summary {
  /** False after the signal: the output is unfinished and can be resumed. */
  finished: boolean;
  /** Of a `shard` into a file: how far the others are. The summary is that of the share then. */
  share?: WrittenShare;
}

/**
 * Predict a cohort into a file that appears under its name when it is complete, beside `<file>.failures.csv` where rows
 * failed. A list of models is an ensemble; `memberCsvs` names a folder for its members' own predictions. See
 * `openOutput` for resuming. A file is written by one process at a time (`lockOutput`).
 *
 * With a `shard` (`"3/16"`) the rows of that share go to `<file>.parts`, and whoever completes the last share joins them
 * into the file (see `writeShare`); to stdout or a pipe they go as they are.
 */
export async function writePredictions(
  models: Models,
  options: WritePredictionsOptions,
): Promise<WrittenPredictions> {
  const {
    outputPath,
    format = "csv",
    memberCsvs,
    resume = false,
    overwrite = false,
    command,
    ...rest
  } = options;
  const resolved = resolveOptions(rest);
  const logger = resolved.logger ?? silentLogger;
  const members = membersOf(models);
  const cohort = await openCohortOf(members.list, resolved);
  warnAboutCohort(cohort, logger);
  const whole: OutputOptions = {
    ...layouts(members, resolved.sexModel !== undefined, memberCsvs),
    path: outputPath,
    format,
    resume,
    overwrite,
    logger,
    blockSize: resolved.batchSize,
    rowNumbers: () => cohort.rowNumbers(),
    identity: {
      models: await Promise.all(members.list.map(identityOf)),
      sexModel: resolved.sexModel === undefined ? null : await identityOf(resolved.sexModel),
      cohort: cohort.sha256,
      options: { ...identityOptions(members.list, resolved), member_csvs: memberCsvs ?? null },
    },
  };
  const write = (output: OutputOptions, rows: Cohort) => writeRows(members, rows, output, resolved);
  const share = shareOf(resolved.shard);
  const isFile = (await kindOf(outputPath)) !== "other";
  if (share !== null && isFile) return writeShare({ whole, cohort, share, command, write });
  if (share === null) await warnOfShares(whole);
  await using _ = isFile ? await lockOutput(outputPath) : null;
  return await write(whole, cohortOfShare(cohort, share, resolved.batchSize));
}

/** `--array=3`, meant for a lost share, is an array of one task: all rows. */
async function warnOfShares({ path, logger }: OutputOptions): Promise<void> {
  const found = await new SharesFolder(path).read();
  if (found === null || found.joined !== null) return;
  logger.warn(
    `${path}.parts holds shares of an unfinished run, and this one does all rows by itself ` +
      `(--shard i/${found.of} goes on with a share)`,
  );
}

async function writeRows(
  members: Members,
  cohort: Cohort,
  options: OutputOptions,
  run: CohortRun,
): Promise<Written> {
  const output = await openOutput(options);
  try {
    return await predictInto(members, cohort, output, run);
  } finally {
    await output.suspend();
  }
}

/** What the lines of the output hold, and those of the members' files. */
function layouts(
  { list, names }: Members,
  marksSex: boolean,
  memberCsvs: string | undefined,
): Pick<OutputOptions, "members" | "hasSexHead" | "marksSex" | "memberFiles"> {
  const layout = { members: names, hasSexHead: list.some(({ hasSexHead }) => hasSexHead), marksSex };
  if (memberCsvs === undefined) return layout;
  if (names === null) {
    throw new DeeplasiaError(
      "ERR_DEEPLASIA_USAGE",
      "--member-csvs is for ensembles, but there is one model",
      {
        remedy: "Leave it out: the output is that model's CSV.",
      },
    );
  }
  const memberFiles = list.map(({ hasSexHead }, i) => {
    const path = join(memberCsvs, `${names[i]}.csv`);
    return { path, format: "csv" as const, members: null, hasSexHead, marksSex };
  });
  return { ...layout, memberFiles };
}

async function identityOf({ file, contract, network }: BoneAgeModel): Promise<ModelIdentity> {
  // The network too: flags may say how a checkpoint becomes one.
  const digest = createHash("sha256")
    .update(JSON.stringify([contract, network]))
    .digest("hex");
  return { file: await sha256OfFile(file), contract: digest };
}

/** Every option that changes what is written, by its flag. */
function identityOptions(models: readonly BoneAgeModel[], options: CohortRun) {
  const setting = <K extends "device" | "precision" | "threads">(name: K) => {
    const values = [...new Set(models.map(({ settings }) => settings[name]))];
    return values.length === 1 ? values[0]! : values;
  };
  return {
    img_dir: options.annotationCsv === undefined ? null : options.imgDir,
    mask_dirs: options.maskDirs,
    split_column: options.splitColumn,
    split_name: options.splitName,
    flip: options.flip,
    rotation_angle: options.rotationAngle,
    limit_predict_batches: options.limitPredictBatches ?? null,
    strict: options.strict,
    device: setting("device"),
    precision: setting("precision"),
    threads: setting("threads"),
  };
}

async function predictInto(
  members: Members,
  cohort: Cohort,
  output: Output,
  options: CohortRun,
): Promise<Written> {
  const summary = new SummaryBuilder();
  for await (const record of output.resumedRecords()) summary.add(applyStrict(record, options), true);
  let done = output.resumeIndex;
  if (done > 0) options.logger?.info(`resuming after ${done} of ${cohort.total} rows`);
  const meter = new ProgressMeter(cohort.total, done);
  const start = performance.now();
  if (done < cohort.total) {
    for await (const { records, ofMembers } of blocksOf(members, cohort, options, done)) {
      await output.write(records, ofMembers);
      for (const record of records) summary.add(record);
      done += records.length;
      options.onProgress?.(meter.event(done, summary.failed));
      if (output.closed) break;
    }
  }
  const finished = done === cohort.total;
  if (finished) await output.complete();
  return { ...summary.build((performance.now() - start) / 1000), finished };
}
