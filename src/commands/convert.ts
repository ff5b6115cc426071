/** `convert`: a checkpoint of the reference to a model that runs everywhere. */
import { rm } from "node:fs/promises";
import type { Command } from "commander";
import { z } from "zod";
import { modelFormat } from "../checkpoint/file.js";
import { readNetwork } from "../checkpoint/network.js";
import { formatOf, MODEL_FORMATS, manifestText, saveNetwork } from "../checkpoint/save.js";
import { archiveSources, contractSources, mergeManifests, missingFields } from "../contract/contract.js";
import { MANIFEST_NAME } from "../contract/manifest.js";
import { DeeplasiaError, toDeeplasiaError } from "../errors.js";
import { writeBeside } from "../files.js";
import { native } from "../native.js";
import { checkpointOptions } from "../options/checkpoint.js";
import { addOptions, readOptions } from "../options/flags.js";
import { networkText } from "../options/network.js";
import { type TrustOptions, trustOptions } from "../options/trust.js";
import { helpText } from "./help.js";
import { ensureLibtorch } from "./libtorch.js";
import { warnOfDoubts, writableManifest } from "./manifest.js";
import { requireNew } from "./output.js";

const outputOptions = z.strictObject({
  to: z.enum(MODEL_FORMATS).optional().meta({
    description: "format of the new file (default: by its name, .safetensors or else TorchScript)",
  }),
  manifest: z.string().min(1).optional().meta({
    description: "contract of the model, where the checkpoint does not say it; flags override it",
    argument: "<file>",
  }),
  half: z.boolean().default(false).meta({
    description:
      "weights in 16 bits, in half the space; they are 32 wide again in use (TorchScript, also from TorchScript)",
  }),
  overwrite: z.boolean().default(false).meta({ description: "replace the new file where it exists" }),
  ...trustOptions.shape,
});

const HELP = `
Examples:
  deeplasia-native convert best_model.ckpt hand.pt
  deeplasia-native convert legacy.ckpt hand.pt --parameters data/parameters.yml --mask-needed true --input_size 1 512 512
  deeplasia-native convert best_model.ckpt hand.safetensors
  deeplasia-native convert hand.pt small.pt --half

The network is recognised from its tensors and hyper-parameters. Nothing in a checkpoint is executed.`;

export function registerConvert(program: Command): void {
  const command = program
    .command("convert")
    .description("a checkpoint (Lightning, a state dict, safetensors) to a model with its contract inside")
    .argument("<checkpoint>", "file of weights; with --half also a TorchScript model")
    .argument("<model>", "new file")
    .addHelpText("after", helpText(HELP))
    .action(convert);
  addOptions(command, outputOptions.shape, "Output:");
  addOptions(command, checkpointOptions.shape, "Checkpoint:");
  addOptions(
    command,
    writableManifest.shape,
    "Contract of the model (where the checkpoint does not say it):",
  );
}

async function convert(file: string, target: string, parsed: Record<string, unknown>): Promise<void> {
  const output = readOptions(outputOptions, parsed);
  const options = readOptions(checkpointOptions, parsed);
  const flags = readOptions(writableManifest, parsed);
  await ensureLibtorch();
  await requireNew(target, output.overwrite);
  const format = output.to ?? formatOf(target);
  if (output.half && format !== "torchscript")
    throw new DeeplasiaError("ERR_DEEPLASIA_OPTION", `--half is for TorchScript, not for ${format}`);
  if ((await modelFormat(file)) === "torchscript") {
    if (!output.half) refuseTorchscript(file);
    refuseContract(output.manifest === undefined ? flags : { ...flags, manifest: output.manifest });
    await halve(file, target, output);
    process.stderr.write(`written: ${target}\n`);
    return;
  }
  const { handle, config, sources } = await readNetwork(file, options);
  try {
    const { manifest } = mergeManifests(await contractSources(file, sources, output.manifest, flags));
    const network = { handle, config, manifest };
    await writeBeside(target, (temporary) =>
      output.half ? saveHalf(network, temporary) : saveNetwork(network, temporary, format),
    );
    const missing = missingFields(manifest);
    process.stderr.write(`${file}: ${networkText(config)}\n`);
    if (
      sources.some(({ manifest: { biasSlope } }) => biasSlope !== undefined && biasSlope !== 0) &&
      !config.legacy
    )
      process.stderr.write(
        `slope and bias are taken to be of ${options.biasUnit === "z" ? "z-scores, as training leaves them" : "months"}` +
          ` (--bias-unit ${options.biasUnit})\n`,
      );
    warnOfDoubts(manifest);
    process.stderr.write(`written: ${target}\n`);
    if (missing.length > 0)
      process.stderr.write(
        `the contract still lacks ${missing.join(", ")}: \`deeplasia-native manifest write\` adds them\n`,
      );
  } catch (error) {
    throw toDeeplasiaError(error).at({ file });
  } finally {
    await native().dispose(handle);
  }
}

/** A network as TorchScript with narrow weights. */
async function saveHalf(network: Parameters<typeof saveNetwork>[0], path: string): Promise<void> {
  const wide = `${path}.wide`;
  try {
    await saveNetwork(network, wide, "torchscript");
    const text = manifestText(network.manifest);
    await native().halveArchive(wide, path, MANIFEST_NAME, text, false);
  } finally {
    await rm(wide, { force: true });
  }
}

/** Copy a TorchScript model with narrow weights. */
async function halve(source: string, target: string, { trust }: TrustOptions): Promise<void> {
  try {
    const [own] = await archiveSources(source);
    const text = manifestText(own?.manifest ?? {});
    await writeBeside(target, (temporary) =>
      native().halveArchive(source, temporary, MANIFEST_NAME, text, trust),
    );
  } catch (error) {
    throw toDeeplasiaError(error).at({ file: source });
  }
}

/** An archive's own contract goes with it as it is. */
function refuseContract(asked: Record<string, unknown>): void {
  const given = Object.keys(asked).filter((name) => asked[name] !== undefined);
  if (given.length === 0) return;
  throw new DeeplasiaError(
    "ERR_DEEPLASIA_OPTION",
    `${given.join(", ")}: a TorchScript model keeps the contract that it has`,
    { remedy: "`deeplasia-native manifest write` changes it." },
  );
}

function refuseTorchscript(file: string): never {
  throw new DeeplasiaError("ERR_DEEPLASIA_CHECKPOINT", `${file} is TorchScript already`, {
    file,
    remedy: "Use it as it is; `deeplasia-native manifest write` puts a contract into it.",
  });
}
