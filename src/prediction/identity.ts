/** The identity of a run: everything that the bytes of its output depend on. A resumed run must have the same. */
import { createHash } from "node:crypto";
import type { z } from "zod";
import type { Cohort } from "../data/openCohort.js";
import { sha256OfFile } from "../files/sha256OfFile.js";
import { boundSizes } from "../inference/forwardSize.js";
import type { BoneAgeModel } from "../model/boneAgeModel.js";
import type { HandMaskModel } from "../model/handMaskModel.js";
import { metaOf } from "../options/meta.js";
import { loadModelOptions } from "../options/predict.js";
import type { ModelIdentity, OptionValue, RunIdentity } from "../predictionFiles/runFile.js";
import { writePredictionsOptions } from "./arguments.js";
import type { CohortRun } from "./cohortRun.js";

/** The identity of networks on a cohort. */
export async function runIdentityOf(
  models: readonly BoneAgeModel[],
  cohort: Cohort,
  options: CohortRun & { memberCsvs?: string | undefined },
  maskModel: HandMaskModel | undefined,
): Promise<RunIdentity> {
  const { sexModel } = options;
  return {
    models: await Promise.all(models.map(identityOf)),
    sexModel: sexModel === undefined ? null : await identityOf(sexModel),
    maskModel: maskModel === undefined ? null : await identityOf(maskModel),
    cohort: cohort.sha256,
    options: comparedOptions(models, options),
  };
}

async function identityOf(model: BoneAgeModel | HandMaskModel): Promise<ModelIdentity> {
  const { file, contract } = model;
  // The network too, because options decide how a checkpoint becomes one.
  const network = "network" in model ? model.network : null;
  const digest = createHash("sha256")
    .update(JSON.stringify([contract, network, ...(await whatComesBefore(model))]))
    .digest("hex");
  return { file: await sha256OfFile(file), contract: digest };
}

/** What is done to a picture before a network with a cropper or a reference histogram is given it; nothing for others. */
async function whatComesBefore(model: BoneAgeModel | HandMaskModel): Promise<unknown[]> {
  if (!("cropper" in model) || (model.cropper === null && model.histogram === null)) return [];
  const { cropper, histogram } = model;
  return [histogram, cropper === null ? null : [await sha256OfFile(cropper.file), cropper.contract]];
}

/** Names of the options of a schema that are compared: all but those declared with `changesOutput: false`. */
export function comparedNames({ shape }: z.ZodObject): string[] {
  const entries = Object.entries(shape as Record<string, z.ZodType>);
  return entries.filter(([, schema]) => metaOf(schema).changesOutput !== false).map(([name]) => name);
}

function comparedOptions(models: readonly BoneAgeModel[], options: CohortRun): Record<string, OptionValue> {
  const all = options.sexModel === undefined ? models : [...models, options.sexModel];
  const ofLoading = comparedNames(loadModelOptions).map((name) => [name, settingOf(models, name)]);
  const ofRun = comparedNames(writePredictionsOptions).map((name) => [
    name,
    options[name as keyof CohortRun],
  ]);
  const values: Record<string, OptionValue> = Object.fromEntries([...ofRun, ...ofLoading]);
  // Files given by name do not lie below it.
  if (options.annotationCsv === undefined) values.imgDir = null;
  values.maxMemory = boundSizes(all, options);
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [keyOf(name), value ?? null]));
}

/** The value that all models have, or the values that there are. */
function settingOf(models: readonly BoneAgeModel[], name: string): unknown {
  const values = [...new Set(models.map(({ settings }) => settings[name as keyof typeof settings]))];
  return values.length === 1 ? values[0] : values;
}

/** As run files have had it since the first version: `limit_predict_batches`. */
const keyOf = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
