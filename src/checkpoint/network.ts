/** From files of weights to networks in memory: converted, or freshly started. */

import type { ContractSource } from "../contract/contract.js";
import { DeeplasiaError } from "../errors.js";
import { pathKind } from "../files.js";
import { type Assignment, type Mismatch, type NetworkConfig, type NetworkHandle, native } from "../native.js";
import type { CheckpointOptions } from "../options/checkpoint.js";
import { networkText } from "../options/network.js";
import { imagenetRemedy } from "../options/train/imagenetRemedy.js";
import { plural } from "../plural.js";
import { type CheckpointContents, withCheckpoint } from "./contents.js";
import { imagenetNames } from "./imagenet.js";
import { checkpointSources } from "./manifest.js";
import { recognise } from "./recognise.js";

/** A network with its values, and where its contract comes from. Whoever gets it disposes of `handle`. */
export interface ReadNetwork {
  handle: NetworkHandle;
  config: NetworkConfig;
  /** Sources of the contract, weakest first. */
  sources: ContractSource[];
}

/** Lines of each kind that a table of misfits shows. */
const LINES = 12;

function misfit(
  { file, tensors }: CheckpointContents,
  config: NetworkConfig,
  mismatch: Mismatch,
): DeeplasiaError {
  const shape = (sides: readonly number[]) => `[${sides.join(", ")}]`;
  const rows = [
    ["missing", mismatch.missing],
    ["unexpected", mismatch.unexpected.map((name) => `${name} ${shape(tensors.get(name)?.shape ?? [])}`)],
    [
      "misshapen",
      mismatch.shapes.map(
        ({ name, wanted, offered }) => `${name} ${shape(offered)}, wanted ${shape(wanted)}`,
      ),
    ],
  ] as const;
  const table = rows.flatMap(([kind, lines]) => [
    ...lines.slice(0, LINES).map((line) => `\n  ${kind.padEnd(11)} ${line}`),
    ...(lines.length > LINES ? [`\n  ${kind.padEnd(11)} … and ${lines.length - LINES} more`] : []),
  ]);
  const counts = rows
    .filter(([, lines]) => lines.length > 0)
    .map(([kind, lines]) => plural(lines.length, `${kind} tensor`));
  const what = `${file} does not fit ${networkText(config)}: ${counts.join(", ")}`;
  return new DeeplasiaError("ERR_DEEPLASIA_CHECKPOINT", what + table.join(""), {
    file,
    remedy:
      "Give the whole checkpoint of such a network; --backbone decides where the wrong one was recognised.",
  });
}

async function dispose(handle: NetworkHandle): Promise<void> {
  await native().dispose(handle);
}

/** The network of a checkpoint in memory. Throws ERR_DEEPLASIA_CHECKPOINT with a table unless every tensor fits. */
export async function networkOf(
  contents: CheckpointContents,
  options: CheckpointOptions,
): Promise<ReadNetwork> {
  const config = recognise(contents, options);
  const sources = await checkpointSources(contents, config, options);
  const handle = await native().buildNetwork(config);
  try {
    const assignments = [...contents.tensors].map(([name, { tensor }]) => ({
      name,
      tensor,
      sumChannels: false,
    }));
    // Counts of batches that the file lacks stay zero, as PyTorch has it; they count for nothing in a prediction.
    const mismatch = await native().assignTensors(handle, contents.handle, assignments, true);
    mismatch.missing = missingOf(handle, assignments);
    if (isMisfit(mismatch)) throw misfit(contents, config, mismatch);
    return { handle, config, sources };
  } catch (error) {
    await dispose(handle);
    throw error;
  }
}

function isMisfit({ missing, unexpected, shapes }: Mismatch): boolean {
  return missing.length + unexpected.length + shapes.length > 0;
}

/** A checkpoint's network, of a file. */
export function readNetwork(file: string, options: CheckpointOptions): Promise<ReadNetwork> {
  return withCheckpoint(file, (contents) => networkOf(contents, options), options.weights);
}

export interface FreshNetworkOptions {
  /** Decides every random weight. */
  seed: number;
  /** ImageNet weights for the backbone: a state dict of efficientnet_pytorch or torchvision. */
  from?: string | undefined;
  /** What becomes of their stem for three colours: a fresh one for grey, or its sum over the colours. */
  stem?: "fresh" | "sum" | undefined;
  /** Which of the weights in that file, where it holds several. */
  weights?: string | undefined;
}

/** A new network of the current generation with random weights. The caller disposes of it. */
export async function freshNetwork(
  config: NetworkConfig,
  options: FreshNetworkOptions,
): Promise<NetworkHandle> {
  const handle = await native().buildNetwork(config);
  try {
    await native().initialiseNetwork(handle, options.seed);
    const { from, stem, weights } = options;
    if (from !== undefined) {
      if ((await pathKind(from)) === null) throw noImagenetFile(from, config.backbone);
      await withCheckpoint(from, (contents) => transfer(handle, config, contents, stem), weights);
    }
    return handle;
  } catch (error) {
    await dispose(handle);
    throw error;
  }
}

function noImagenetFile(file: string, backbone: string): DeeplasiaError {
  return new DeeplasiaError("ERR_DEEPLASIA_MODEL_MISSING", `no such file of ImageNet weights: ${file}`, {
    file,
    remedy: imagenetRemedy(backbone),
  });
}

/** Weights of a backbone into a network whose other weights stay. */
async function transfer(
  handle: NetworkHandle,
  config: NetworkConfig,
  contents: CheckpointContents,
  stem: FreshNetworkOptions["stem"] = "fresh",
): Promise<void> {
  const prefix = config.backbone === "inceptionv3" ? "backbone.features." : "backbone.base.";
  const names = imagenetNames(contents.file, contents.tensors.keys(), config.backbone);
  const assignments: Assignment[] = [];
  for (const [theirs, ours] of names) {
    const isStem = ours === "_conv_stem.weight";
    if (isStem && stem === "fresh") continue;
    assignments.push({
      name: prefix + ours,
      tensor: contents.tensors.get(theirs)!.tensor,
      sumChannels: isStem,
    });
  }
  const mismatch = await native().assignTensors(handle, contents.handle, assignments, true);
  const fresh = [...OWN, ...(stem === "fresh" ? ["_conv_stem."] : [])].map((own) => prefix + own);
  mismatch.missing = missingOf(handle, assignments).filter(
    (name) => name.startsWith(prefix) && !fresh.some((start) => name.startsWith(start)),
  );
  if (isMisfit(mismatch)) throw misfit(contents, config, mismatch);
}

/** Parts of a backbone that are never ImageNet's: Inception's stem, with its batch norm, is another than torchvision's. */
const OWN = ["0.", "1."];

/** Tensors of the network that nobody offered; counts of batches are none. */
function missingOf(handle: NetworkHandle, assignments: readonly Assignment[]): string[] {
  const offered = new Set(assignments.map(({ name }) => name));
  return native()
    .networkTensors(handle)
    .filter((name) => !offered.has(name) && !name.endsWith("num_batches_tracked"));
}
