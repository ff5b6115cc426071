/** A checkpoint as a network in memory. */
import type { ContractSource } from "../contract/sources.js";
import { type AnyNetworkConfig, type NetworkHandle, native } from "../native.js";
import type { CheckpointOptions } from "../options/checkpoint.js";
import { buildNetwork } from "./buildNetwork.js";
import { checkpointSources } from "./checkpointSources.js";
import type { CheckpointContents } from "./contents.js";
import { isMisfit, misfit, missingOf } from "./misfit.js";
import { recognise } from "./recognise.js";

/** A network with its weights, and where its contract is stated. Whoever gets it disposes of `handle`. */
export interface ReadNetwork {
  handle: NetworkHandle;
  config: AnyNetworkConfig;
  /** Sources of the contract, weakest first. */
  sources: ContractSource[];
}

/** The network of a checkpoint in memory. Throws ERR_DEEPLASIA_CHECKPOINT with a table unless every tensor fits. */
export async function networkOf(
  contents: CheckpointContents,
  options: CheckpointOptions,
): Promise<ReadNetwork> {
  const config = recognise(contents, options);
  const sources = await checkpointSources(contents, config, options);
  const handle = await buildNetwork(config);
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
    await native().dispose(handle);
    throw error;
  }
}
