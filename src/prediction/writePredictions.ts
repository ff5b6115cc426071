/** Predictions of a cohort into a file that can be resumed. */
import { createHash } from "node:crypto";
import type { Cohort } from "../data/cohort.js";
import { sha256OfFile } from "../files.js";
import type { BoneAgeModel } from "../model/model.js";
import type { PredictOptions } from "../options/schema.js";
import { silentLogger } from "../report/log.js";
import { ProgressMeter } from "../report/progress.js";
import { type Output, openOutput } from "./output.js";
import {
  applyStrict,
  blocksOf,
  type CohortRun,
  openCohortOf,
  type PredictCohortOptions,
  resolveOptions,
  warnAboutCohort,
} from "./predictCohort.js";
import { type Summary, SummaryBuilder } from "./summary.js";

export interface WritePredictionsOptions
  extends PredictCohortOptions,
    Partial<Pick<PredictOptions, "format" | "resume" | "overwrite">> {
  /** File, or `-` for stdout. */
  outputPath: string;
}

export interface WrittenPredictions extends Summary {
  /** False after the signal: the output is unfinished and can be resumed. */
  finished: boolean;
}

/**
 * Predict a cohort into a file that appears under its name when it is complete, beside `<file>.failures.csv` where rows
 * failed. See `openOutput` for resuming.
 */
export async function writePredictions(
  model: BoneAgeModel,
  options: WritePredictionsOptions,
): Promise<WrittenPredictions> {
  const { outputPath, format = "csv", resume = false, overwrite = false, ...rest } = options;
  const resolved = resolveOptions(rest);
  const logger = resolved.logger ?? silentLogger;
  const cohort = await openCohortOf(model, resolved);
  warnAboutCohort(cohort, logger);
  const output = await openOutput({
    path: outputPath,
    format,
    resume,
    overwrite,
    logger,
    members: null,
    hasSexHead: model.hasSexHead,
    marksSex: false,
    blockSize: resolved.batchSize,
    rowNumbers: () => cohort.rowNumbers(),
    identity: {
      models: [
        {
          file: await sha256OfFile(model.file),
          contract: createHash("sha256").update(JSON.stringify(model.contract)).digest("hex"),
        },
      ],
      sexModel: null,
      cohort: cohort.sha256,
      options: identityOptions(model, resolved),
    },
  });
  try {
    return await run(model, cohort, output, resolved);
  } finally {
    await output.suspend();
  }
}

/** Every option that changes what is written, by its flag. */
function identityOptions(model: BoneAgeModel, options: CohortRun) {
  return {
    img_dir: options.annotationCsv === undefined ? null : options.imgDir,
    mask_dirs: options.maskDirs,
    split_column: options.splitColumn,
    split_name: options.splitName,
    flip: options.flip,
    rotation_angle: options.rotationAngle,
    limit_predict_batches: options.limitPredictBatches ?? null,
    strict: options.strict,
    device: model.settings.device,
    precision: model.settings.precision,
    threads: model.settings.threads,
  };
}

async function run(
  model: BoneAgeModel,
  cohort: Cohort,
  output: Output,
  options: CohortRun,
): Promise<WrittenPredictions> {
  const summary = new SummaryBuilder();
  for await (const record of output.resumedRecords()) summary.add(applyStrict(record, options), true);
  let done = output.resumeIndex;
  if (done > 0) options.logger?.info(`resuming after ${done} of ${cohort.total} rows`);
  const meter = new ProgressMeter(cohort.total, done);
  const start = performance.now();
  if (done < cohort.total) {
    for await (const block of blocksOf(model, cohort, options, done)) {
      await output.write(block);
      for (const record of block) summary.add(record);
      done += block.length;
      options.onProgress?.(meter.event(done, summary.failed));
      if (output.closed) break;
    }
  }
  const finished = done === cohort.total;
  if (finished) await output.complete();
  return { ...summary.build((performance.now() - start) / 1000), finished };
}
