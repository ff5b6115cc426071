/** Options of the commands and library calls that read and write model files: `convert`, `init`, `inspect`, `manifest write`. */
import { z } from "zod";
import { abortSignal } from "../schema/callbacks.js";
import { checkpointOptions, readingOptions } from "./checkpoint.js";
import { contractArgument, isPlainObject } from "./library.js";
import { type NetworkSettings, networkSettings } from "./train/modelSettings.js";
import { trustOptions } from "./trust.js";

export const WRITTEN_FORMATS = ["torchscript", "safetensors"] as const;

const path = z.string().min(1);
const overwrite = z.boolean().default(false).meta({ description: "replace the new file where it exists" });

/** Options of `convert` besides those of checkpoints and of the contract. */
export const convertFlags = z.strictObject({
  to: z.enum(WRITTEN_FORMATS).optional().meta({
    description: "format of the new file (default: by its name, .safetensors or else TorchScript)",
  }),
  manifest: path.optional().meta({
    description: "contract of the model, where the checkpoint does not state it; single fields override it",
    argument: "<file>",
  }),
  half: z.boolean().default(false).meta({
    description:
      "weights in 16 bits, in half the space; they are 32 wide again in use (TorchScript, also from TorchScript)",
  }),
  overwrite,
  ...trustOptions.shape,
});
export const convertModelOptions = z.strictObject({
  ...convertFlags.shape,
  ...readingOptions.shape,
  contract: contractArgument,
  signal: abortSignal,
});

/** Options of `init` besides those of the network and of the contract. */
export const initFlags = z.strictObject({
  seed: z.int().min(0).max(Number.MAX_SAFE_INTEGER).default(42).meta({
    description: "seed of the random weights: the same seed makes the same network",
    argument: "<n>",
  }),
  from: path.optional().meta({
    description: "ImageNet weights for the backbone: a state dict of efficientnet_pytorch or torchvision",
    argument: "<file>",
  }),
  stem: z.enum(["fresh", "sum"]).default("fresh").meta({
    description:
      "with from, what becomes of EfficientNet's stem for colour: a fresh one for grey, or its sum over the colours",
  }),
  weights: checkpointOptions.shape.weights,
  overwrite,
});
export const initModelOptions = z.strictObject({
  ...initFlags.shape,
  network: z
    .custom<Partial<NetworkSettings>>(isPlainObject, "must be an object")
    .optional()
    .meta({
      description: `an object with settings of the network: ${Object.keys(networkSettings.shape).join(", ")}`,
    }),
  contract: contractArgument,
  signal: abortSignal,
});

export const inspectFlags = z.strictObject({
  manifest: path.optional().meta({
    description: "contract of the model; it overrides what the model and the file beside it state",
    argument: "<file>",
  }),
  ...trustOptions.shape,
});
export const inspectModelOptions = z.strictObject({
  ...inspectFlags.shape,
  ...readingOptions.shape,
  contract: contractArgument,
  signal: abortSignal,
});

/** Options of `manifest write` besides those of the contract. */
export const writeManifestFlags = z.strictObject({
  manifest: path.optional().meta({
    description: "manifest to put in; single fields override it",
    argument: "<file>",
  }),
  overwrite,
  ...trustOptions.shape,
});
export const writeManifestOptions = z.strictObject({
  ...writeManifestFlags.shape,
  contract: contractArgument,
  signal: abortSignal,
});
