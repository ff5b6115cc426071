/** `init`: a new network, to be trained. */
import type { Command } from "commander";
import { z } from "zod";
import { freshNetwork } from "../checkpoint/network.js";
import { formatOf, saveNetwork } from "../checkpoint/save.js";
import type { Manifest } from "../contract/manifest.js";
import { FAMILY } from "../contract/published.js";
import { writeBeside } from "../files.js";
import { native } from "../native.js";
import { checkpointOptions } from "../options/checkpoint.js";
import { addOptions, readOptions } from "../options/flags.js";
import { readSection } from "../options/layer.js";
import { networkConfig, networkText } from "../options/network.js";
import { addSettingFlags, flagLayer, sectionFlags } from "../options/settingFlags.js";
import { networkSettings } from "../options/train/modelSettings.js";
import { helpText } from "./help.js";
import { ensureLibtorch } from "./libtorch.js";
import { warnOfDoubts, writableManifest } from "./manifest.js";
import { requireNew } from "./output.js";

const initOptions = z.strictObject({
  out: z
    .string()
    .min(1)
    .meta({ description: "the new model, TorchScript or .safetensors", argument: "<file>", short: "o" }),
  seed: z.int().min(0).max(Number.MAX_SAFE_INTEGER).default(42).meta({
    description: "of the random weights: the same seed, the same network",
    argument: "<n>",
  }),
  from: z.string().min(1).optional().meta({
    description: "ImageNet weights for the backbone: a state dict of efficientnet_pytorch or torchvision",
    argument: "<file>",
  }),
  stem: z.enum(["fresh", "sum"]).default("fresh").meta({
    description:
      "with --from, what becomes of EfficientNet's stem for colour: a fresh one for grey, or its sum",
  }),
  weights: checkpointOptions.shape.weights,
  overwrite: z.boolean().default(false).meta({ description: "replace the new file where it exists" }),
});

const HELP = `
Examples:
  deeplasia-native init --model.backbone=efficientnet-b0 --out hand.pt
  deeplasia-native init --model.backbone=efficientnet-b4 --from efficientnet-b4-imagenet.pth --stem sum --out hand.pt`;

const NETWORK_FLAGS = sectionFlags("model", networkSettings, "Network:");

export function registerInit(program: Command): void {
  const command = program
    .command("init")
    .description("a new network with random or ImageNet weights, to be trained")
    .addHelpText("after", helpText(HELP))
    .action(init);
  addOptions(command, initOptions.shape, "Output and weights:");
  addSettingFlags(command, NETWORK_FLAGS);
  addOptions(command, writableManifest.shape, "Contract of the model (as far as it is known already):");
}

/** How a network of this family is fed until training says otherwise: as the reference's are. */
function startingManifest(takesSex: boolean, isPretrained: boolean): Manifest {
  return {
    formatVersion: 1,
    inputSize: [1, 512, 512],
    ...FAMILY,
    normalise: "zscore",
    maskNeeded: true,
    sexEncoding: takesSex ? "male-1" : "none",
    provenance: isPretrained ? "not trained on hands yet; backbone of ImageNet weights" : "not trained yet",
    intendedUse: "to be trained",
  };
}

async function init(parsed: Record<string, unknown>): Promise<void> {
  const options = readOptions(initOptions, parsed);
  const config = networkConfig(readSection(networkSettings, "model", flagLayer(NETWORK_FLAGS, parsed)));
  const flags = readOptions(writableManifest, parsed);
  await ensureLibtorch();
  await requireNew(options.out, options.overwrite);
  const handle = await freshNetwork(config, options);
  try {
    const manifest = { ...startingManifest(config.sexDcs > 0, options.from !== undefined), ...flags };
    await writeBeside(options.out, (temporary) =>
      saveNetwork({ handle, config, manifest }, temporary, formatOf(options.out)),
    );
    warnOfDoubts(manifest);
    process.stderr.write(`${networkText(config)}, seed ${options.seed}\nwritten: ${options.out}\n`);
  } finally {
    await native().dispose(handle);
  }
}
