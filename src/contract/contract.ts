/** A complete contract: every field that is needed has a value, the rest have defaults. */
import type { z } from "zod";
import { DeeplasiaError } from "../errors.js";
import { plural } from "../plural.js";
import type { boneAgeFields } from "./boneAgeFields.js";
import type { featureFields } from "./featureFields.js";
import type { handMaskFields } from "./handMaskFields.js";
import type { intervalFields } from "./intervalFields.js";
import type { ModelKind } from "./kindNames.js";
import { DEFAULT_KIND, MODEL_KINDS } from "./kinds.js";
import type { digestField, identityFields, Manifest, ManifestField } from "./manifest.js";
import type { pictureFields } from "./pictureFields.js";
import { sidecarFiles } from "./sources.js";

type Values<Shape extends z.ZodRawShape> = z.infer<z.ZodObject<Shape>>;
/** Some of the fields may be absent. */
type Maybe<T, K extends keyof T> = Omit<T, K> & { [P in K]?: T[P] | undefined };

/** The fields of a contract that the image chain needs, the same for every kind of model. */
export type PictureContract = Maybe<
  Values<typeof pictureFields>,
  | "normaliseMean"
  | "normaliseSd"
  | "equalizeBins"
  | "depth"
  | "cropper"
  | "matchHistogram"
  | "matchHistogramRounding"
>;
/** How the sex goes into a bone-age network, and what its first output means. */
export type BoneAgeOutput = Maybe<
  Values<typeof boneAgeFields>,
  | "ageMeanMonths"
  | "ageSdMonths"
  | "sexPlane"
  | "ageHead"
  | "ageBins"
  | "memberCount"
  | "combineMembers"
  | "biasFemale"
  | "biasMale"
> &
  Partial<Values<typeof featureFields>> &
  Partial<Values<typeof intervalFields>>;
/** How a hand-mask network's probabilities become a mask. */
export type HandMaskOutput = Values<typeof handMaskFields>;

type Identity = Values<typeof identityFields> & Partial<Values<typeof digestField>>;
interface Outputs {
  bone_age: BoneAgeOutput;
  hand_mask: HandMaskOutput;
  // A box has no fields of its own.
  cropper: unknown;
}
/** The complete contract of a model of that kind. */
export type ContractOf<K extends ModelKind> = Identity & { kind: K } & PictureContract & Outputs[K];

/** The complete contract of a bone-age model. */
export type Contract = ContractOf<"bone_age">;
/** The complete contract of a hand-mask model. */
export type HandMaskContract = ContractOf<"hand_mask">;
/** The complete contract of a model that finds the box of the hand. */
export type CropperContract = ContractOf<"cropper">;
export type AnyContract = Contract | HandMaskContract | CropperContract;

/** Picture fields that no default replaces. */
const PICTURE_NEEDED: readonly ManifestField[] = ["inputSize", "fit", "resize", "normalise"];

/** Picture fields that are needed because of the value of another. */
const PICTURE_NEEDED_WHEN: readonly [ManifestField, (manifest: Manifest) => boolean][] = [
  ["normaliseMean", ({ normalise }) => normalise === "fixed"],
  ["normaliseSd", ({ normalise }) => normalise === "fixed"],
  ["equalizeBins", ({ normalise }) => normalise === "equalize"],
];

/** The fields that a manifest lacks for a complete contract. */
export function missingFields(manifest: Manifest): ManifestField[] {
  const { needed, neededWhen } = MODEL_KINDS[manifest.kind ?? DEFAULT_KIND];
  const conditional = [...PICTURE_NEEDED_WHEN, ...neededWhen].filter(([, applies]) => applies(manifest));
  const all = [...PICTURE_NEEDED, ...needed, ...conditional.map(([field]) => field)];
  return all.filter((field) => manifest[field] === undefined);
}

/** Refuse a model that is for something else. Throws ERR_DEEPLASIA_MODEL_KIND. */
export function requireKind(manifest: Manifest, modelFile: string, wanted: ModelKind): void {
  const { kind = DEFAULT_KIND } = manifest;
  if (kind === wanted) return;
  const text = `${modelFile} is ${MODEL_KINDS[kind].title}, but ${MODEL_KINDS[wanted].title} is needed here`;
  throw new DeeplasiaError("ERR_DEEPLASIA_MODEL_KIND", text, { file: modelFile });
}

function requireOwnFields(manifest: Manifest, modelFile: string, kind: ModelKind): void {
  const others = Object.entries(MODEL_KINDS).filter(([name]) => name !== kind);
  const foreign = others.flatMap(([, { outputFields }]) => outputFields);
  const [first] = foreign.filter((field) => manifest[field] !== undefined);
  if (first === undefined) return;
  throw new DeeplasiaError(
    "ERR_DEEPLASIA_CONTRACT",
    `the contract of ${modelFile} has ${first}, which ${MODEL_KINDS[kind].title} does not have`,
    { file: modelFile, remedy: "Take the field out, or correct the field kind." },
  );
}

/**
 * The contract of a model of the kind that is wanted.
 *
 * @throws DeeplasiaError ERR_DEEPLASIA_MODEL_KIND for a model of another kind, ERR_DEEPLASIA_CONTRACT naming every field
 *   that is missing or contradicts another.
 */
export function completeContract<K extends ModelKind = typeof DEFAULT_KIND>(
  manifest: Manifest,
  modelFile: string,
  kind: K = DEFAULT_KIND as K,
): ContractOf<K> {
  requireKind(manifest, modelFile, kind);
  requireOwnFields(manifest, modelFile, kind);
  const missing = missingFields(manifest);
  if (missing.length > 0) {
    throw new DeeplasiaError(
      "ERR_DEEPLASIA_CONTRACT",
      `the contract of ${modelFile} is incomplete: no source states ${missing.join(", ")}`,
      {
        file: modelFile,
        remedy:
          `State the missing fields by options, in a manifest (the option manifest, or ${sidecarFiles(modelFile)[0]}), or ` +
          "put them into the model with `deeplasia-native manifest write`. `deeplasia-native manifest fields` explains each.",
      },
    );
  }
  const contract = { ...manifest, kind } as ContractOf<K>;
  requireChannels(contract, modelFile);
  requireDepth(contract, modelFile);
  requirePlane(manifest, modelFile);
  return contract;
}

/** The sex's plane is normalised as the picture is, which must not depend on the picture then. */
function requirePlane({ sexEncoding, normalise }: Manifest, file: string): void {
  if (sexEncoding !== "plane-female-255" || normalise === "fixed" || normalise === "none") return;
  throw new DeeplasiaError(
    "ERR_DEEPLASIA_CONTRACT",
    `sexEncoding is plane-female-255, which needs normalise fixed or none, but that of ${file} is ${normalise}`,
    { file, remedy: "Correct normalise or sexEncoding." },
  );
}

/** Histograms are matched level by level, of which 8-bit pictures have few enough. */
function requireDepth({ matchHistogram, depth }: PictureContract, file: string): void {
  if (matchHistogram === undefined || matchHistogram === "none" || depth === "8") return;
  throw new DeeplasiaError(
    "ERR_DEEPLASIA_CONTRACT",
    `matchHistogram is ${matchHistogram}, which needs depth 8, but the depth of ${file} is ${depth ?? "as-read"}`,
    { file, remedy: "Set depth to 8, or matchHistogram to none." },
  );
}

/** Means and SDs are one value, or one for each channel. */
function requireChannels(contract: PictureContract, file: string): void {
  const channels = contract.inputSize[0];
  for (const field of ["normaliseMean", "normaliseSd"] as const) {
    const count = contract[field]?.length ?? 1;
    if (count === 1 || count === channels) continue;
    throw new DeeplasiaError(
      "ERR_DEEPLASIA_CONTRACT",
      `${field} has ${plural(count, "value")}, but the input of ${file} has ${plural(channels, "channel")}`,
      { file, remedy: channels === 1 ? "Give one value." : `Give one value, or ${channels}.` },
    );
  }
}
