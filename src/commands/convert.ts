/** `convert`: a checkpoint of the reference to a model that runs everywhere. */
import type { Command } from "commander";
import { convertModel } from "../model/convertModel.js";
import type { ConvertModelOptions } from "../options/calls/convertModelOptions.js";
import { checkpointOptions } from "../options/checkpoint.js";
import { writableManifest } from "../options/contract.js";
import { addOptions, readOptions } from "../options/flags.js";
import { convertFlags } from "../options/modelFiles.js";
import { isBoneAgeConfig, networkText } from "../options/network.js";
import { ensureLibtorch } from "./ensureLibtorch.js";
import { helpText } from "./help.js";
import { referenceParameters } from "./referenceDefaults.js";
import { reportWritten } from "./reportWritten.js";

const HELP = `
Examples:
  deeplasia-native convert best_model.ckpt hand.pt
  deeplasia-native convert legacy.ckpt hand.pt --parameters data/parameters.yml \\
      --mask-needed true --input_size 1 512 512
  deeplasia-native convert best_model.ckpt hand.safetensors
  deeplasia-native convert hand.pt small.pt --half

The network is recognised from its tensors and hyper-parameters. Nothing in a checkpoint is executed.`;

export function defineConvert(command: Command): void {
  command
    .argument("<checkpoint>", "file of weights; with --half also a TorchScript model")
    .argument("<model>", "new file")
    .addHelpText("after", helpText(HELP))
    .action(convert);
  addOptions(command, convertFlags.shape, "Output:");
  addOptions(command, checkpointOptions.shape, "Checkpoint:");
  addOptions(
    command,
    writableManifest.shape,
    "Contract of the model (where the checkpoint does not state it):",
  );
}

async function convert(file: string, target: string, parsed: Record<string, unknown>): Promise<void> {
  const options = {
    ...readOptions(convertFlags, parsed),
    ...readOptions(checkpointOptions, parsed),
    contract: readOptions(writableManifest, parsed),
  } satisfies ConvertModelOptions;
  await ensureLibtorch();
  const reading = { ...options, ...(await referenceParameters()) };
  const { network, hasOwnBias, ...written } = await convertModel(file, target, reading);
  if (network !== null) process.stderr.write(`${file}: ${networkText(network)}\n`);
  if (network !== null && isBoneAgeConfig(network) && !network.legacy && hasOwnBias) {
    const unit = options.biasUnit === "z" ? "z-scores, as training leaves them" : "months";
    process.stderr.write(`slope and bias are taken to be in ${unit} (--bias-unit ${options.biasUnit})\n`);
  }
  reportWritten(written);
}
