/** Loads the models that flags name; several are an ensemble. */

import type { Manifest } from "../contract/manifest.js";
import { DeeplasiaError } from "../errors.js";
import { pathKind } from "../files/pathKind.js";
import { requireSexModel } from "../inference/sexModel.js";
import type { BoneAgeModel } from "../model/boneAgeModel.js";
import { BUNDLED_MODEL } from "../model/bundled.js";
import { HandMaskModel } from "../model/handMaskModel.js";
import { loadHandMaskModel } from "../model/loadHandMaskModel.js";
import { loadModel } from "../model/loadModel.js";
import type { LoadModelOptions } from "../options/calls/loadModelOptions.js";
import { pick } from "../options/pick.js";
import { loadModelOptions, type ModelFlags } from "../options/predict.js";
import { isExplicit } from "../prediction/maskModel.js";
import type { Models } from "../prediction/members.js";
import { memberNames, type NamedFile } from "../predictionFiles/memberNames.js";
import { filesOfModel } from "../registry/modelFilesOf.js";
import { namedFile } from "./namedFile.js";
import { publishedFiles } from "./publishedFiles.js";
import { referenceParameters } from "./referenceDefaults.js";

/** In the order in which they are looked for. */
const MODEL_EXTENSIONS = [".ckpt", ".pt", ".pth", ".safetensors"];

/** The model files that `--ckp_path` and `--members` name, else the bundled one. Throws ERR_DEEPLASIA_USAGE. */
export async function modelFiles({
  ckpPath,
  members,
}: Pick<ModelFlags, "ckpPath" | "members">): Promise<NamedFile[]> {
  if (members === "published") {
    if (ckpPath?.length === 1) return unnamed(await publishedFiles(ckpPath[0]!, MODEL_EXTENSIONS));
    throw usage("--members published goes with one folder", "Give it as --ckp_path FOLDER.");
  }
  if (ckpPath === undefined) return unnamed([BUNDLED_MODEL]);
  const models: NamedFile[] = [];
  for (const given of ckpPath) models.push(...((await installedFiles(given)) ?? [await namedFile(given)]));
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

/** The files of an installed model; a single one is called as the model is. Null for anything else. */
async function installedFiles(given: string): Promise<NamedFile[] | null> {
  const files = await filesOfModel(given);
  return files?.map((file) => ({ file, name: files.length === 1 ? given : null })) ?? null;
}

const unnamed = (files: readonly string[]): NamedFile[] => files.map((file) => ({ file, name: null }));

export interface LoadedModels {
  models: Models;
  sexModel: BoneAgeModel | undefined;
  /** The hand-mask model that a flag names; else `auto` or `none`. */
  maskModel: HandMaskModel | string;
  /** All models of bone ages and of the sex. */
  all: readonly BoneAgeModel[];
  dispose(): Promise<void>;
}

/**
 * Loads all models or none. The contract's flags about masks and the crop also apply to the sex model; the other flags and
 * `--manifest` describe the members only.
 */
export async function loadModels(
  files: readonly string[],
  options: ModelFlags,
  contract: Manifest,
): Promise<LoadedModels> {
  const all: BoneAgeModel[] = [];
  let maskModel: HandMaskModel | string = options.maskModel;
  const dispose = async () => {
    const loaded = maskModel instanceof HandMaskModel ? [...all, maskModel] : all;
    await Promise.all(loaded.map((model) => model.dispose()));
  };
  const ofReference = await referenceParameters();
  try {
    for (const file of files)
      all.push(await loadModel(file, { ...loadingOf(options), ...ofReference, contract }));
    const models = all.length === 1 ? all[0]! : [...all];
    const { device, gpus, accelerator, devices, threads, precision, trust } = options;
    const where: LoadModelOptions = { device, gpus, accelerator, devices, threads, trust };
    if (isExplicit(maskModel)) maskModel = await loadHandMaskModel(options.maskModel, where);
    if (options.predictSex === undefined) return { models, sexModel: undefined, maskModel, all, dispose };
    const { maskNeeded, maskCropSize } = contract;
    const sexModel = await loadModel(options.predictSex, {
      ...where,
      precision,
      ...ofReference,
      contract: { maskNeeded, maskCropSize },
    });
    all.push(sexModel);
    await requireSexModel(sexModel);
    return { models, sexModel, maskModel, all, dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** The flags that `loadModel` knows. */
function loadingOf(options: ModelFlags): LoadModelOptions {
  return pick(options, loadModelOptions.shape);
}

function usage(what: string, remedy: string): DeeplasiaError {
  return new DeeplasiaError("ERR_DEEPLASIA_USAGE", what, { remedy });
}
