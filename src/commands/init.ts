/** `init`: a new network, to be trained. */
import type { Command } from "commander";
import { z } from "zod";
import { initModel } from "../model/initModel.js";
import { writableManifest } from "../options/contract.js";
import { addOptions, readOptions } from "../options/flags.js";
import { readSection } from "../options/layer.js";
import { initFlags } from "../options/modelFiles.js";
import { networkText } from "../options/network.js";
import { addSettingFlags, flagLayer, sectionFlags } from "../options/settingFlags.js";
import { networkSettings } from "../options/train/modelSettings.js";
import { ensureLibtorch } from "./ensureLibtorch.js";
import { helpText } from "./help.js";
import { reportWritten } from "./reportWritten.js";

const outOptions = z.strictObject({
  out: z
    .string()
    .min(1)
    .meta({ description: "the new model, TorchScript or .safetensors", argument: "<file>", short: "o" }),
});

const HELP = `
Examples:
  deeplasia-native init --model.backbone=efficientnet-b0 --out hand.pt
  deeplasia-native init --model.backbone=efficientnet-b4 --stem sum \\
      --from efficientnet-b4-imagenet.pth --out hand.pt`;

const NETWORK_FLAGS = sectionFlags("model", networkSettings, "Network:");

export function defineInit(command: Command): void {
  command.addHelpText("after", helpText(HELP)).action(init);
  addOptions(command, outOptions.shape, "Output and weights:");
  addOptions(command, initFlags.shape, "Output and weights:");
  addSettingFlags(command, NETWORK_FLAGS);
  addOptions(command, writableManifest.shape, "Contract of the model (as far as it is known already):");
}

async function init(parsed: Record<string, unknown>): Promise<void> {
  const { out } = readOptions(outOptions, parsed);
  const options = readOptions(initFlags, parsed);
  const network = readSection(networkSettings, "model", flagLayer(NETWORK_FLAGS, parsed));
  const contract = readOptions(writableManifest, parsed);
  await ensureLibtorch();
  const { network: made, ...written } = await initModel(out, { ...options, network, contract });
  process.stderr.write(`${networkText(made)}, seed ${options.seed}\n`);
  // It is to be trained: what its contract lacks is known after that.
  reportWritten({ ...written, missing: [] });
}
