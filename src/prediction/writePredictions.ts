/** Predictions of a cohort into a file that can be resumed. */
import { join } from "node:path";
import type { z } from "zod";
import { silentLogger } from "../console/logger.js";
import type { IntervalsField } from "../contract/intervalFields.js";
import type { Cohort } from "../data/openCohort.js";
import { DeeplasiaError } from "../errors.js";
import { makeFolderOf } from "../files/makeFolder.js";
import { refuseInput } from "../files/refuseInput.js";
import { testTimeViews } from "../inference/testTimeViews.js";
import type { BoneAgeModel } from "../model/boneAgeModel.js";
import type { HandMaskModel } from "../model/handMaskModel.js";
import type { Marks } from "../predictionFiles/columns.js";
import { memberFileName } from "../predictionFiles/memberNames.js";
import { openOutput } from "../predictionFiles/openOutput.js";
import { lockOutput } from "../predictionFiles/outputLock.js";
import { kindOf, type OutputOptions } from "../predictionFiles/outputOptions.js";
import type { RunIdentity } from "../predictionFiles/runFile.js";
import { shareOfOutput } from "../predictionFiles/shares/shareOfOutput.js";
import { cohortOfShare } from "../predictionFiles/shares/shareRange.js";
import { SharesFolder } from "../predictionFiles/shares/sharesFolder.js";
import { type WrittenRows, type WrittenShare, writeShare } from "../predictionFiles/shares/writeShare.js";
import type { Summary } from "../records/summary.js";
import { requireOptions } from "../schema/checkValue.js";
import { shareOf } from "../slurm/rowShare.js";
import { requireModels, writePredictionsOptions } from "./arguments.js";
import { type BlocksOptions, qualityOf } from "./cohortBlocks.js";
import { type CohortRun, openCohortOf, openMaskModel, overridesOf, warnAboutRun } from "./cohortRun.js";
import { runIdentityOf } from "./identity.js";
import type { Members, Models } from "./members.js";
import { predictInto } from "./predictInto.js";
import { provenanceOf } from "./provenance.js";
import { usableIntervals } from "./usableIntervals.js";
import type { WritePredictionsOptions } from "./writePredictionsOptions.js";

/** The result of `writePredictions`. */
export interface WrittenPredictions extends Summary {
  /** False only for a pipe that its reader closed before the last row. */
  finished: boolean;
  /** How the models were used against their own contracts, a line each. */
  overridden: string[];
  /** With a `shard` into a file: which shares are complete. The summary is then that of this share. */
  share?: WrittenShare;
}

/**
 * Predict a cohort into a file that appears under its name when it is complete, beside `<file>.failures.csv` where rows
 * failed. A list of models is an ensemble; `memberCsvs` names a folder for its members' own predictions. See
 * `openOutput` for resuming. A file is written by one process at a time (`lockOutput`).
 *
 * With a `shard` (`"3/16"`) the rows of that share go to `<file>.parts`, and whoever completes the last share joins them
 * into the file (see `writeShare`); to stdout or a pipe they go as they are.
 *
 * @throws DeeplasiaError for what concerns the whole cohort (files, columns, options, models) and for an output that cannot be
 *   written; the signal's reason when it is aborted before the last row. `resume` continues after the rows written so far.
 */
export async function writePredictions(
  models: Models,
  options: WritePredictionsOptions,
): Promise<WrittenPredictions> {
  const run = requireOptions(writePredictionsOptions, options);
  run.signal?.throwIfAborted();
  const written = await write(models, run);
  if (!written.finished) run.signal?.throwIfAborted();
  return written;
}

/** Does the same, but resolves when the signal is aborted, with the summary of the rows so far and `finished: false`. */
export async function writeUntilStopped(
  models: Models,
  options: WritePredictionsOptions,
): Promise<WrittenPredictions> {
  return write(models, requireOptions(writePredictionsOptions, options));
}

async function write(
  models: Models,
  run: z.output<typeof writePredictionsOptions>,
): Promise<WrittenPredictions> {
  const { outputPath, format, memberCsvs, resume, overwrite, command, ...resolved } = run;
  const logger = resolved.logger ?? silentLogger;
  const members = requireModels(models, resolved);
  await using masks = await openMaskModel(members.list, resolved);
  const maskModel = await masks?.get();
  const cohort = await openCohortOf(members.list, resolved);
  warnAboutRun(members.list, cohort, resolved);
  const identity = await runIdentityOf(members.list, cohort, { ...resolved, memberCsvs }, maskModel);
  for (const text of sameModels(members, identity)) logger.warn(text);
  const isChecked = qualityOf({ ...resolved, maskModel: masks }) !== undefined;
  const whole: OutputOptions = {
    ...layouts(
      members,
      {
        views: viewsOf(resolved),
        intervalsOf: (model) => levelsOf(usableIntervals(model, resolved)),
        marksSex: resolved.sexModel !== undefined,
        hasHeaders: cohort.hasHeaders,
        marksMask: masks !== null,
        marksQuality: isChecked,
        marksDistance: isChecked && members.list.some((model) => model.features !== null),
        marksOrientation: resolved.autoOrient,
      },
      memberCsvs,
    ),
    path: outputPath,
    format,
    resume,
    overwrite,
    logger,
    blockSize: resolved.batchSize,
    rowNumbers: () => cohort.rowNumbers(),
    identity,
    provenance: provenanceOf(members, cohort, resolved, identity, maskModel, command),
  };
  await refuseInputs(whole, members, resolved, maskModel);
  const writeOne = (output: OutputOptions, rows: Cohort) =>
    writeRows(members, rows, output, { ...resolved, maskModel: masks });
  const isFile = (await kindOf(outputPath)) !== "other";
  const share = isFile ? await shareOfOutput(resolved.shard, outputPath) : shareOf(resolved.shard);
  const overridden = overridesOf(members.list, resolved);
  if (isFile) await makeFolders(whole);
  if (share !== null && isFile)
    return { ...(await writeShare({ whole, cohort, share, command, write: writeOne })), overridden };
  if (share === null) await warnOfShares(whole);
  await using _ = isFile ? await lockOutput(whole) : null;
  return { ...(await writeOne(whole, cohortOfShare(cohort, share, resolved.batchSize))), overridden };
}

/** Removes repeated lines, because members may be the same model. */
function sameModels({ names }: Members, { models }: RunIdentity): string[] {
  return models.flatMap((model, i) => {
    const first = models.findIndex(
      ({ file, contract }) => file === model.file && contract === model.contract,
    );
    if (names === null || first === i) return [];
    return [
      `${names[first]} and ${names[i]} are the same model: it counts twice, and ensemble_sd is too small`,
    ];
  });
}

const pathsOf = ({ path, memberFiles = [] }: OutputOptions) => [
  path,
  ...memberFiles.map((file) => file.path),
];

async function makeFolders(output: OutputOptions): Promise<void> {
  for (const file of pathsOf(output)) await makeFolderOf(file);
}

/** An output replaces what has its name: never the cohort, a picture or a model of this very run. */
async function refuseInputs(
  output: OutputOptions,
  { list }: Members,
  run: CohortRun,
  maskModel: HandMaskModel | undefined,
): Promise<void> {
  const { annotationCsv, splitCsv, sexFrom, files = [], sexModel } = run;
  const models = [...list, sexModel, maskModel].map((model) => model?.file);
  for (const path of pathsOf(output))
    await refuseInput(path, [annotationCsv, splitCsv, sexFrom, ...files, ...models]);
}

/** Warns that shares are ignored: a share is resumed only by its number. */
async function warnOfShares({ path, logger }: OutputOptions): Promise<void> {
  const found = await new SharesFolder(path).read();
  if (found === null || found.joined !== null) return;
  logger.warn(
    `${path}.parts holds shares of an unfinished run, and this run predicts all rows by itself ` +
      `(\`shard: "i/${found.of}"\` resumes share i)`,
  );
}

async function writeRows(
  members: Members,
  cohort: Cohort,
  options: OutputOptions,
  run: BlocksOptions,
): Promise<WrittenRows> {
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
  {
    intervalsOf,
    ...origins
  }: Marks & Pick<OutputOptions, "views"> & { intervalsOf: (model: BoneAgeModel) => number[] | undefined },
  memberCsvs: string | undefined,
): Marks &
  Pick<
    OutputOptions,
    "members" | "hasSexHead" | "spreadMembers" | "views" | "intervals" | "ageUnit" | "memberFiles"
  > {
  const hasSexHead = list.some((model) => model.hasSexHead);
  const ageUnit = names === null ? list[0]!.contract.ageUnit : null;
  const spread = names === null ? { ...spreadOf(list[0]!), intervals: intervalsOf(list[0]!) } : {};
  const layout = { members: names, hasSexHead, ...spread, ageUnit, ...origins };
  if (memberCsvs === undefined) return layout;
  if (names === null) {
    throw new DeeplasiaError("ERR_DEEPLASIA_USAGE", "`memberCsvs` is for ensembles, but there is one model", {
      remedy: "Leave it out: the output is that model's CSV.",
    });
  }
  const memberFiles = list.map((model, i) => {
    const path = join(memberCsvs, memberFileName(names[i]!));
    const { hasSexHead, contract } = model;
    const intervals = intervalsOf(model);
    const own = { hasSexHead, ...spreadOf(model), intervals, ageUnit: contract.ageUnit };
    return { path, format: "csv" as const, members: null, ...own, ...origins };
  });
  return { ...layout, memberFiles };
}

/** Names of the views with test-time augmentation; undefined without. */
function viewsOf({ ttaRot, ttaFlip }: CohortRun): string[] | undefined {
  const views = testTimeViews({ rotate: ttaRot, flip: ttaFlip }).map(({ name }) => name);
  return views.length > 1 ? views : undefined;
}

const levelsOf = (intervals: IntervalsField | null) => intervals?.levels.map(({ level }) => level);

function spreadOf({ contract: { ageHead, memberCount = 1 } }: BoneAgeModel): { spreadMembers?: number } {
  return ageHead === "expectation" ? { spreadMembers: memberCount } : {};
}
