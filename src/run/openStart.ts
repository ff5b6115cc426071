import { requireKind } from "../contract/contract.js";
import type { Manifest } from "../contract/manifest.js";
import { mergeManifests } from "../contract/merge.js";
import { DeeplasiaError } from "../errors.js";
import { type OpenModel, openModel } from "../model/openModel.js";
import { type AnyNetworkConfig, native } from "../native.js";
import { networkConfig, networkText } from "../options/network.js";
import type { TrainConfig } from "../options/train/index.js";
import { kindOf } from "./kinds/kindOf.js";

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

/** The name of a network without a file, in messages. */
export const FRESH = "the new network";

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
  const kind = kindOf(config);
  const fields = Object.entries(kind.pictureFields(config));
  const asked = fields.filter(([setting]) => isGiven(setting)).map(([, manifest]) => manifest);
  const all = fields.map(([, manifest]) => manifest);
  const byDefault = { origin: "settings", manifest: Object.assign({ ...kind.family }, ...all) };
  const byHand = Object.assign({}, ...asked) as Manifest;
  const file = checkpoint ?? config.model.init_from;
  if (file === null) {
    const { handle, text, manifest } = await kind.freshNetwork(config, seed);
    return {
      file: FRESH,
      path: null,
      text,
      isCheckpoint: false,
      model: handle,
      manifest: mergeManifests([byDefault, { origin: "settings", manifest }]).manifest,
      [Symbol.asyncDispose]: () => native().dispose(handle),
    };
  }
  const opened = await openModel(file, { contract: byHand, defaults: byDefault, legacyParameters });
  try {
    // A file that states its contract, but no kind, was written before there were kinds.
    const isStated = [...opened.own.origins.values()].some((origin) => origin !== "default");
    if (isStated) requireKind(opened.own.manifest, file, kind.modelKind);
    requireKind(opened.contract.manifest, file, kind.modelKind);
    if (opened.config !== null) requireSameNetwork(file, opened.config, config, isGiven);
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
const SHAPING: Readonly<Record<string, (network: Facts) => unknown>> = {
  kind: ({ trunk, filters }) =>
    filters !== undefined ? "mask" : trunk !== undefined ? "expectation" : "age",
  backbone: ({ backbone, trunk }) => backbone ?? trunk,
  dense_layers: ({ denseLayers }) => denseLayers,
  sex_dcs: ({ sexDcs }) => sexDcs,
  explicit_sex_classifier: ({ explicitSexClassifier }) => explicitSexClassifier,
  expectation_months: ({ bins }) => bins,
  expectation_second_head: ({ hasMonths }) => hasMonths,
  mask_filters: ({ filters }) => filters,
  mask_kernel: ({ kernel }) => kernel,
  mask_max_filters: ({ maxFilters }) => maxFilters,
};
/** Of all kinds of networks; what another kind has is undefined. */
type Facts = Readonly<Record<string, unknown>>;

const shownIn = (value: unknown) => (value === undefined ? "there is none" : JSON.stringify(value));

/** Throws ERR_DEEPLASIA_OPTION for a given setting that would have no effect, because the file has its own network. */
function requireSameNetwork(
  file: string,
  network: AnyNetworkConfig,
  { model }: TrainConfig,
  isGiven: (setting: string) => boolean,
): void {
  const [asked, found] = [networkConfig(model), network] as unknown as [Facts, Facts];
  // A setting of another kind of network is undefined in what is asked, and has no effect.
  const others = Object.entries(SHAPING)
    .map(([setting, of]) => [`model.${setting}`, of(asked), of(found)] as const)
    .filter(([setting, mine, own]) => isGiven(setting) && mine !== undefined && `${mine}` !== `${own}`)
    .map(([setting, mine, own]) => `${setting} is ${JSON.stringify(mine)}, but ${shownIn(own)} in the file`);
  if (others.length === 0) return;
  throw new DeeplasiaError("ERR_DEEPLASIA_OPTION", `${file} has another network: ${others.join("; ")}`, {
    file,
    remedy: "Leave these settings out to train the file's network, or leave the file out to train a new one.",
  });
}
