import { packageVersion } from "../about.js";
import { freshNetwork } from "../checkpoint/freshNetwork.js";
import { type Contract, completeContract, requireKind } from "../contract/contract.js";
import type { Manifest } from "../contract/manifest.js";
import { mergeManifests } from "../contract/merge.js";
import { FAMILY } from "../contract/published.js";
import { DeeplasiaError } from "../errors.js";
import { type OpenModel, openModel } from "../model/openModel.js";
import { type NetworkConfig, native } from "../native.js";
import { isMaskConfig, networkConfig, networkText } from "../options/network.js";
import type { TrainConfig } from "../options/train/index.js";
import type { AgeScale } from "../statistics/ageScale.js";
import type { Trainer } from "../trainer/trainer.js";

/**
 * What a run starts from: a fresh network, a model that is trained further, or a checkpoint of the reference. Dispose of it
 * once a trainer was made from it.
 */
export interface Start extends Pick<OpenModel, "model" | typeof Symbol.asyncDispose> {
  /** For messages. */
  file: string;
  /** Path of the file; null for a fresh network. */
  path: string | null;
  /** A few words for the log. */
  text: string;
  /** Whether it is a checkpoint, which may hold the state of an optimiser. */
  isCheckpoint: boolean;
  /** The fields of the contract that are known before the training rows are read. */
  manifest: Manifest;
}

/** The fields of the contract about pictures, by the setting that gives them. */
function pictureFields({ data }: TrainConfig): Record<string, Manifest> {
  const hasMasks = data.mask_dirs.some((folder) => folder !== "");
  return {
    "data.input_size": { inputSize: data.input_size },
    "data.norm_method": { normalise: data.norm_method },
    "data.mask_crop_size": { maskCropSize: data.mask_crop_size },
    "data.mask_dirs": { maskNeeded: hasMasks },
  };
}

/** The name of a network without a file, in messages. */
const FRESH = "the new network";

/**
 * Opens the checkpoint, else `model.init_from`, else makes a fresh network.
 *
 * A checkpoint of the older network has its age scale and bias from `legacyParameters`, where that is given.
 *
 * A model that is trained further keeps its contract, except for fields that a given setting (`isGiven`) contradicts.
 *
 * Throws ERR_DEEPLASIA_MODEL_MISSING, _MODEL_UNREADABLE, _CHECKPOINT, _CONTRACT.
 */
export async function openStart(
  checkpoint: string | null,
  config: TrainConfig,
  seed: number,
  isGiven: (setting: string) => boolean,
  legacyParameters?: string,
): Promise<Start> {
  const fields = Object.entries(pictureFields(config));
  const asked = fields.filter(([setting]) => isGiven(setting)).map(([, manifest]) => manifest);
  const all = fields.map(([, manifest]) => manifest);
  const byDefault = { origin: "settings", manifest: Object.assign({ ...FAMILY }, ...all) };
  const byHand = Object.assign({}, ...asked) as Manifest;
  const file = checkpoint ?? config.model.init_from;
  if (file === null) {
    const start = await startFresh(config, seed);
    return { ...start, manifest: mergeManifests([byDefault, start]).manifest };
  }
  const opened = await openModel(file, { contract: byHand, defaults: byDefault, legacyParameters });
  try {
    requireKind(opened.contract.manifest, file, "bone_age");
    if (opened.config !== null && !isMaskConfig(opened.config))
      requireSameNetwork(file, opened.config, config, isGiven);
    return {
      file,
      path: file,
      text: [
        opened.config === null ? "a TorchScript model" : networkText(opened.config),
        ...[...opened.contract.origins.values()].filter((origin) => origin === legacyParameters).slice(0, 1),
      ].join(", constants of "),
      isCheckpoint: opened.config !== null,
      model: opened.model,
      manifest: opened.contract.manifest,
      [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
    };
  } catch (error) {
    await opened[Symbol.asyncDispose]();
    throw error;
  }
}

/** Settings of a network: where they are given, the network of a file must have the same. */
const SHAPING = {
  backbone: "backbone",
  dense_layers: "denseLayers",
  sex_dcs: "sexDcs",
  explicit_sex_classifier: "explicitSexClassifier",
} as const;

/** Throws ERR_DEEPLASIA_OPTION for a given setting that would have no effect, because the file has its own network. */
function requireSameNetwork(
  file: string,
  found: NetworkConfig,
  { model }: TrainConfig,
  isGiven: (setting: string) => boolean,
): void {
  const asked = networkConfig(model);
  const others = Object.entries(SHAPING)
    .filter(([setting, key]) => isGiven(`model.${setting}`) && `${asked[key]}` !== `${found[key]}`)
    .map(
      ([setting, key]) =>
        `model.${setting} is ${JSON.stringify(asked[key])}, but ${JSON.stringify(found[key])} in the file`,
    );
  if (others.length === 0) return;
  throw new DeeplasiaError("ERR_DEEPLASIA_OPTION", `${file} has another network: ${others.join("; ")}`, {
    file,
    remedy: "Leave these settings out to train the file's network, or leave the file out to train a new one.",
  });
}

async function startFresh({ model }: TrainConfig, seed: number) {
  const network = networkConfig(model);
  const from = model.pretrained === false || model.pretrained === null ? undefined : model.pretrained;
  const handle = await freshNetwork(network, { seed, from, stem: model.stem });
  const manifest: Manifest = { sexEncoding: network.sexDcs > 0 ? "male-1" : "none" };
  return {
    file: FRESH,
    path: null,
    text: `${networkText(network)}, ${from === undefined ? "fresh weights" : `ImageNet weights of ${from}`}`,
    isCheckpoint: false,
    model: handle,
    origin: "settings",
    manifest,
    [Symbol.asyncDispose]: () => native().dispose(handle),
  };
}

/** The age scale of a network that was trained before; undefined for one that was not. */
export function knownScale({ ageUnit, ageMeanMonths, ageSdMonths }: Manifest): AgeScale | undefined {
  if (ageUnit === "months") return { meanMonths: 0, sdMonths: 1 };
  if (ageMeanMonths === undefined || ageSdMonths === undefined) return undefined;
  return { meanMonths: ageMeanMonths, sdMonths: ageSdMonths };
}

/** The contract of the model to be, before a bias correction is fitted. */
export function trainedContract(
  { manifest, file, sexEncoding }: Pick<Trainer, "manifest" | "file" | "sexEncoding">,
  scale: AgeScale,
  { name }: Pick<TrainConfig, "name">,
): Contract {
  const scaled =
    manifest.ageUnit === "z" ? { ageMeanMonths: scale.meanMonths, ageSdMonths: scale.sdMonths } : {};
  const complete: Manifest = {
    ...manifest,
    ...scaled,
    sexEncoding,
    name,
    biasSlope: 0,
    biasIntercept: 0,
    provenance: `trained by deeplasia-native ${packageVersion()}${file === FRESH ? "" : `, from ${file}`}`,
    intendedUse: manifest.intendedUse || "research only, not a medical device",
  };
  return completeContract(complete, file);
}
