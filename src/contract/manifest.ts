/**
 * The manifest: a model's whole contract, every field declared once. It travels in a TorchScript archive as
 * `extra/deeplasia.json`, lies beside the model as JSON, or comes by flags; flags, help and docs derive from here.
 */
import { z } from "zod";
import { DeeplasiaError } from "../errors.js";
import { checkValue, faultText } from "../schema/checkValue.js";

export const MANIFEST_NAME = "deeplasia.json";
export const MANIFEST_FORMAT = 1;

const positive = z.number().positive();
const text = z.string();

/** What a model says about itself; all optional, since parts may come from elsewhere. */
export const manifestSchema = z.strictObject({
  formatVersion: z.literal(MANIFEST_FORMAT).meta({ description: "version of this format" }),
  name: text.meta({ description: "name of the model" }),
  licence: text.meta({ description: "licence of the weights" }),
  provenance: text.meta({ description: "who trained it, on what" }),
  intendedUse: text.meta({ description: "what it is for, and what not" }),

  inputSize: z
    .tuple([z.union([z.literal(1), z.literal(3)]), z.int().min(8).max(4096), z.int().min(8).max(4096)])
    .meta({
      description: "channels, height, width of the network's input",
      argument: "<C H W>",
      reference: true,
    }),
  fit: z
    .enum(["centre-square", "stretch", "pad"])
    .meta({ description: "how a picture that is not square becomes the input: cut, stretched or padded" }),
  resize: z.enum(["linear", "area"]).meta({ description: "resampling: linear (no antialiasing) or area" }),
  normalise: z.enum(["zscore", "interval", "equalize", "fixed", "none"]).meta({
    description:
      "grey values to network input: per-picture z-score or [0, 1], histogram equalisation, or fixed constants",
    flag: "image_norm_method",
  }),
  normaliseMean: z.array(z.number()).min(1).max(3).meta({
    description: "fixed: subtracted after dividing by white (255 or 65535); one value, or one a channel",
    argument: "<values...>",
  }),
  normaliseSd: z
    .array(positive)
    .min(1)
    .max(3)
    .meta({ description: "fixed: divisor after that", argument: "<values...>" }),
  equalizeBins: z
    .int()
    .min(2)
    .max(65536)
    .meta({ description: "equalize: number of grey levels", argument: "<n>" }),

  maskNeeded: z.boolean().meta({ description: "the network was trained on masked hands and needs masks" }),
  maskCropSize: z.number().max(10).meta({
    description: "side of the square cut round the mask, times its longer side; 0 or less: no crop",
    argument: "<factor>",
    reference: true,
  }),
  subtractBackground: z
    .boolean()
    .meta({ description: "subtract the 1st percentile of the grey values under the mask" }),

  sexEncoding: z.enum(["male-1", "female-1", "none"]).meta({
    description: "which sex is 1 in the second input (the other is 0); none: the network has no such input",
  }),

  ageUnit: z.enum(["z", "months"]).meta({ description: "what the network's first output is" }),
  ageMeanMonths: z
    .number()
    .meta({ description: "z: mean bone age of the training cohort, months", argument: "<months>" }),
  ageSdMonths: positive.meta({ description: "z: its standard deviation, months", argument: "<months>" }),
  biasSlope: z.number().meta({
    description: "bias correction: months - (slope * months + intercept)",
    argument: "<slope>",
  }),
  biasIntercept: z.number().meta({ description: "see bias slope; months", argument: "<months>" }),

  weightsDigest: text.regex(/^[0-9a-f]{8}$/).meta({
    description:
      "checksum of the weights' names, types, shapes and values; written with them, compared when the model is loaded",
  }),
});

type Complete = z.infer<typeof manifestSchema>;
/** Some fields of a contract: one source's share. */
export type Manifest = { [K in keyof Complete]?: Complete[K] | undefined };
export type ManifestField = keyof Complete;

export const MANIFEST_FIELDS = Object.keys(manifestSchema.shape) as ManifestField[];
/** Fields that say something about a model but change no number. */
export const DESCRIPTIVE_FIELDS: readonly ManifestField[] = [
  "formatVersion",
  "name",
  "licence",
  "provenance",
  "intendedUse",
];

/** A checked manifest from parsed JSON or YAML. Throws ERR_DEEPLASIA_CONTRACT with every fault named. */
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

/** The same from text. */
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
