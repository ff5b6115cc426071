/**
 * The manifest: a model's contract as JSON. It is part of the model's own file (`extra/deeplasia.json` of a TorchScript
 * archive, metadata of safetensors), lies beside the model, or is given by options. Flags, help and docs derive from the
 * fields that are declared here, in `pictureFields.ts` and in a file for each kind of model.
 */
import { z } from "zod";
import { DeeplasiaError } from "../errors.js";
import { checkValue, faultText } from "../schema/checkValue.js";
import { boneAgeFields } from "./boneAgeFields.js";
import { featureFields } from "./featureFields.js";
import { handMaskFields } from "./handMaskFields.js";
import { intervalFields } from "./intervalFields.js";
import { MODEL_KIND_NAMES } from "./kindNames.js";
import { pictureFields } from "./pictureFields.js";

export const MANIFEST_NAME = "deeplasia.json";
const MANIFEST_FORMAT = 1;

const text = z.string();

/** Fields that every contract has: which model this is. */
export const identityFields = {
  formatVersion: z.literal(MANIFEST_FORMAT).meta({ description: "version of this format" }),
  kind: z.enum(MODEL_KIND_NAMES).meta({ description: "what the model predicts" }),
  name: text.meta({ description: "name of the model" }),
  licence: text.meta({ description: "licence of the weights" }),
  provenance: text.meta({ description: "who trained it, on what" }),
  intendedUse: text.meta({ description: "what it is for, and what not" }),
};

/** Written with the weights, never by a person. */
export const digestField = {
  weightsDigest: text.regex(/^[0-9a-f]{8}$/).meta({
    description:
      "checksum of the weights' names, types, shapes and values; written with them, compared when the model is loaded",
  }),
};

/** Every field of every kind of model; all are optional, because each source states some of them. */
export const manifestSchema = z.strictObject({
  ...identityFields,
  ...pictureFields,
  ...boneAgeFields,
  ...featureFields,
  ...intervalFields,
  ...handMaskFields,
  ...digestField,
});

type Complete = z.infer<typeof manifestSchema>;
/** Some fields of a contract, as one source states them. */
export type Manifest = { [K in keyof Complete]?: Complete[K] | undefined };
/** The name of a field of the contract. */
export type ManifestField = keyof Complete;

export const MANIFEST_FIELDS = Object.keys(manifestSchema.shape) as ManifestField[];
/** Fields that describe a model and change no number. */
export const DESCRIPTIVE_FIELDS: readonly ManifestField[] = [
  "formatVersion",
  "name",
  "licence",
  "provenance",
  "intendedUse",
];

/** Checks a manifest that was parsed from JSON or YAML. Throws ERR_DEEPLASIA_CONTRACT that names every fault. */
export function parseManifest(value: unknown, file: string): Manifest {
  const { data, faults } = checkValue(manifestSchema.partial(), value);
  if (faults === null) return data;
  const said = faults.map((fault) => faultText(fault, "field"));
  throw new DeeplasiaError(
    "ERR_DEEPLASIA_CONTRACT",
    `the manifest ${file} is not valid: ${[...new Set(said)].join("; ")}`,
    {
      file,
      remedy: "The fields are listed by `deeplasia-native manifest fields`.",
    },
  );
}

/** Parses and checks the JSON text of a manifest. Throws ERR_DEEPLASIA_CONTRACT. */
export function parseManifestText(json: string, file: string): Manifest {
  try {
    return parseManifest(JSON.parse(json.replace(/^\ufeff/, "")), file); // Windows editors put a mark first
  } catch (error) {
    if (error instanceof DeeplasiaError) throw error;
    throw new DeeplasiaError(
      "ERR_DEEPLASIA_CONTRACT",
      `the manifest ${file} is not JSON: ${(error as Error).message}`,
      {
        file,
        cause: error,
      },
    );
  }
}
