/** What the bytes of an output depend on, as a later run compares it. */
import { createHash } from "node:crypto";
import type { Cohort } from "../data/openCohort.js";
import { sha256OfFile } from "../files.js";
import { boundSizes } from "../inference/forwardSize.js";
import type { BoneAgeModel } from "../model/model.js";
import type { ModelIdentity, RunIdentity } from "../predictionFiles/runFile.js";
import type { CohortRun } from "./cohortRun.js";

/** Of networks on a cohort. */
export async function runIdentityOf(
  models: readonly BoneAgeModel[],
  cohort: Cohort,
  options: CohortRun,
  memberCsvs: string | undefined,
): Promise<RunIdentity> {
  const { sexModel } = options;
  return {
    models: await Promise.all(models.map(identityOf)),
    sexModel: sexModel === undefined ? null : await identityOf(sexModel),
    cohort: cohort.sha256,
    options: {
      ...identityOptions(models, options),
      max_memory: boundSizes(sexModel === undefined ? models : [...models, sexModel], options),
      member_csvs: memberCsvs ?? null,
    },
  };
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
