/** A model's file, whatever kind it is of: TorchScript, a checkpoint, or safetensors. */
import { modelFormat } from "../checkpoint/file.js";
import { readNetwork } from "../checkpoint/network.js";
import { archiveSources, type ContractSource } from "../contract/contract.js";
import { type NetworkConfig, type NetworkHandle, native } from "../native.js";
import { type CheckpointOptions, checkpointOptions } from "../options/checkpoint.js";

export interface ModelSource extends AsyncDisposable {
  /** What the core loads: the file, or the network that was made of it. */
  model: string | NetworkHandle;
  /** Null for TorchScript, which is a program of its own. */
  config: NetworkConfig | null;
  /** What the file says of its contract, weakest first. */
  sources: ContractSource[];
}

/**
 * Open a model's file; a checkpoint becomes a network in memory. Dispose of it once the core has loaded the model.
 *
 * @throws DeeplasiaError ERR_DEEPLASIA_MODEL_MISSING, _MODEL_UNREADABLE, _CHECKPOINT, _CONTRACT.
 */
export async function openModelSource(
  file: string,
  options: Partial<CheckpointOptions> = {},
): Promise<ModelSource> {
  if ((await modelFormat(file)) === "torchscript") {
    return {
      model: file,
      config: null,
      sources: await archiveSources(file),
      async [Symbol.asyncDispose]() {},
    };
  }
  const { handle, config, sources } = await readNetwork(file, checkpointOptions.parse(pick(options)));
  return { model: handle, config, sources, [Symbol.asyncDispose]: () => native().dispose(handle) };
}

/** The options of checkpoints among others. */
function pick(options: Partial<CheckpointOptions>): Partial<CheckpointOptions> {
  const known = Object.keys(checkpointOptions.shape) as (keyof CheckpointOptions)[];
  return Object.fromEntries(
    known.filter((key) => options[key] !== undefined).map((key) => [key, options[key]]),
  );
}
