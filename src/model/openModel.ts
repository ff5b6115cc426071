/** The one way from a model's file, of whatever format and kind, to what native code loads, with the model's contract. */

import { withCheckpoint } from "../checkpoint/contents.js";
import type { CheckpointFacts } from "../checkpoint/describeCheckpoint.js";
import { describeCheckpoint } from "../checkpoint/describeCheckpoint.js";
import { type ModelFormat, modelFormat } from "../checkpoint/modelFormat.js";
import { networkOf } from "../checkpoint/networkOf.js";
import { type Manifest, parseManifest } from "../contract/manifest.js";
import { type MergedManifest, mergeManifests, type Override, overridesOf } from "../contract/merge.js";
import { archiveSources, type ContractSource, contractSources } from "../contract/sources.js";
import { type AnyNetworkConfig, type NetworkHandle, native } from "../native.js";
import { type CheckpointOptions, readingOptions } from "../options/checkpoint.js";

export interface OpenModelOptions extends Partial<CheckpointOptions> {
  /** A manifest file, which must exist; it overrides what the model's own file and the manifest beside it state. */
  manifest?: string | undefined;
  /** Single fields of the contract; they override every file. */
  contract?: Manifest | undefined;
  /** Fields that hold where no source states them. */
  defaults?: ContractSource | undefined;
  /** Called with what a checkpoint holds, before its network is made: also where that fails. */
  onCheckpoint?: ((facts: CheckpointFacts) => void) | undefined;
  /** Ends the call between two stages, with its reason. */
  signal?: AbortSignal | undefined;
}

/** An open model. Dispose of it once native code has loaded the model: that keeps its own copy. */
export interface OpenModel extends AsyncDisposable {
  file: string;
  format: ModelFormat;
  /** What native code loads: the file, or the network that was made from a checkpoint. */
  model: string | NetworkHandle;
  /** The network of a checkpoint; null for TorchScript, which is a program of its own. */
  config: AnyNetworkConfig | null;
  /** The contract as far as it is known, and the source of each field. */
  contract: MergedManifest;
  /** What the model's own file states, without all other sources. */
  own: MergedManifest;
  /** Fields in which the other sources contradict the model's own file. */
  overridden: Override[];
}

/**
 * Open a model. A checkpoint becomes a network in memory.
 *
 * @throws DeeplasiaError ERR_DEEPLASIA_MODEL_MISSING, _MODEL_UNREADABLE, _CHECKPOINT, _CONTRACT; the signal's reason when it
 *   is aborted.
 */
export async function openModel(file: string, options: OpenModelOptions = {}): Promise<OpenModel> {
  const { signal } = options;
  signal?.throwIfAborted();
  const fields = parseManifest(options.contract ?? {}, "given by options");
  const { inside, dispose, ...opened } = await openFile(file, options);
  try {
    signal?.throwIfAborted();
    const stated = await contractSources(file, inside, { manifestFile: options.manifest, fields });
    const sources = options.defaults === undefined ? stated : [options.defaults, ...stated];
    return {
      file,
      ...opened,
      contract: mergeManifests(sources),
      own: mergeManifests(inside),
      overridden: overridesOf(inside, stated),
      [Symbol.asyncDispose]: dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}

interface OpenFile extends Pick<OpenModel, "format" | "model" | "config"> {
  /** What the file itself states of the contract, weakest first. */
  inside: ContractSource[];
  dispose(): Promise<void>;
}

async function openFile(file: string, options: OpenModelOptions): Promise<OpenFile> {
  const format = await modelFormat(file);
  if (format === "torchscript") {
    const inside = await archiveSources(file);
    return { format, model: file, config: null, inside, async dispose() {} };
  }
  const reading = readingOptions.strip().parse(options);
  const { handle, config, sources } = await withCheckpoint(
    file,
    (contents) => {
      options.onCheckpoint?.(describeCheckpoint(contents));
      return networkOf(contents, reading);
    },
    reading.weights,
  );
  return { format, model: handle, config, inside: sources, dispose: () => native().dispose(handle) };
}
