/** Loads the models that flags name; several are an ensemble. */

import type { Manifest } from "../contract/manifest.js";
import { DeeplasiaError } from "../errors.js";
import { pathKind } from "../files/pathKind.js";
import { requireSexModel } from "../inference/sexModel.js";
import { BUNDLED_MODEL } from "../model/bundled.js";
import { type LoadModelOptions, loadModel } from "../model/loadModel.js";
import type { BoneAgeModel } from "../model/model.js";
import { loadModelOptions, type PredictOptions } from "../options/predict.js";
import type { Models } from "../prediction/members.js";
import { memberNames, type NamedFile } from "../predictionFiles/memberNames.js";
import { namedFile } from "./namedFile.js";
import { publishedFiles } from "./publishedFiles.js";

/** In the order in which they are looked for. */
const MODEL_EXTENSIONS = [".ckpt", ".pt", ".pth", ".safetensors"];

/** The model files that `--ckp_path` and `--members` name, else the bundled one. Throws ERR_DEEPLASIA_USAGE. */
export async function modelFiles({ ckpPath, members }: PredictOptions): Promise<NamedFile[]> {
  if (members === "published") {
    if (ckpPath?.length === 1) return unnamed(await publishedFiles(ckpPath[0]!, MODEL_EXTENSIONS));
    throw usage("--members published goes with one folder", "Give it as --ckp_path FOLDER.");
  }
  if (ckpPath === undefined) return unnamed([BUNDLED_MODEL]);
  const models: NamedFile[] = [];
  for (const given of ckpPath) models.push(await namedFile(given));
  // The first name is certainly meant as a model: loading it reports what it is instead.
  for (const { file } of models.slice(1)) {
    const isPicture = /\.(png|jpe?g|tiff?|webp)$/i.test(file);
    if (!isPicture && (await pathKind(file)) !== "folder") continue;
    throw usage(
      `--ckp_path takes all names that follow it, and ${file} is a ${isPicture ? "picture" : "folder"}`,
      "Put pictures before the flags (predict hand.png --ckp_path model.pt), or after --.",
    );
  }
  // Here, before they are loaded.
  if (models.length > 1) memberNames(models);
  return models;
}

const unnamed = (files: readonly string[]): NamedFile[] => files.map((file) => ({ file, name: null }));

export interface LoadedModels {
  models: Models;
  sexModel: BoneAgeModel | undefined;
  /** All loaded models, the sex model too. */
  all: readonly BoneAgeModel[];
}

/**
 * Loads all models or none. The contract's flags about masks and the crop also apply to the sex model; the other flags and
 * `--manifest` describe the members only.
 */
export async function loadModels(
  files: readonly string[],
  options: PredictOptions,
  contract: Manifest,
): Promise<LoadedModels> {
  const all: BoneAgeModel[] = [];
  try {
    for (const file of files) all.push(await loadModel(file, { ...loadingOf(options), contract }));
    const models = all.length === 1 ? all[0]! : [...all];
    if (options.predictSex === undefined) return { models, sexModel: undefined, all };
    const { device, gpus, accelerator, devices, threads, precision, trust } = options;
    const where: LoadModelOptions = { device, gpus, accelerator, devices, threads, precision, trust };
    const { maskNeeded, maskCropSize } = contract;
    const sexModel = await loadModel(options.predictSex, {
      ...where,
      contract: { maskNeeded, maskCropSize },
    });
    all.push(sexModel);
    await requireSexModel(sexModel);
    return { models, sexModel, all };
  } catch (error) {
    await disposeModels(all);
    throw error;
  }
}

/** The flags that `loadModel` knows. */
function loadingOf(options: PredictOptions): LoadModelOptions {
  const known = Object.entries(options).filter(([key]) => key in loadModelOptions.shape);
  return Object.fromEntries(known);
}

export async function disposeModels(models: readonly BoneAgeModel[]): Promise<void> {
  await Promise.all(models.map((model) => model.dispose()));
}

function usage(what: string, remedy: string): DeeplasiaError {
  return new DeeplasiaError("ERR_DEEPLASIA_USAGE", what, { remedy });
}
