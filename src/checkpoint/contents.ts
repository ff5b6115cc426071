/** The content of a file of weights: its tensors by name, and its other values. Nothing in it is executed. */
import { type CheckpointHandle, type NativeCheckpoint, native } from "../native.js";
import { refused, requireWeights } from "./modelFormat.js";
import { childrenOf, isRecord, type TensorFacts, tensorFacts } from "./tree.js";
import { findWeights } from "./weights.js";

export interface CheckpointContents {
  file: string;
  format: NativeCheckpoint["format"];
  handle: CheckpointHandle;
  /** The weights by the network's own names, in the order of the file. */
  tensors: Map<string, TensorFacts>;
  /** Keys and wrappers on the way to the weights; empty for the file's top level. */
  weightsName: string;
  /** Other weights in the file, which were not asked for. */
  otherWeights: string[];
  /** Lightning's hyper-parameters; empty where there are none. */
  hyperParameters: Record<string, unknown>;
  /** Everything that the file holds beside the weights: plain values, tensors as `{ $tensor, … }`. */
  entries: Record<string, unknown>;
}

/** Returns the other entries of the dictionaries on the way to the weights; the innermost wins. */
function entriesAlong(path: readonly string[], root: unknown): Record<string, unknown> {
  const entries: Record<string, unknown> = {};
  let value = root;
  for (const key of [...path, null]) {
    const children = childrenOf(value);
    for (const [name, child] of Array.isArray(value) ? [] : children)
      if (name !== key && tensorFacts(child) === null) entries[name] = child;
    value = children.find(([name]) => name === key)?.[1];
  }
  return entries;
}

function contentsOf(
  file: string,
  { format, json, handle }: NativeCheckpoint,
  weights: string | undefined,
): CheckpointContents {
  const root: unknown = JSON.parse(json);
  const isSafetensors = format === "safetensors" && isRecord(root);
  const { tensors, name, path, others } = findWeights(file, isSafetensors ? root.state_dict : root, weights);
  const entries = isSafetensors ? { metadata: root.metadata } : entriesAlong(path, root);
  const { hyper_parameters: hyperParameters } = entries;
  return {
    file,
    format,
    handle,
    tensors,
    weightsName: name,
    otherWeights: others,
    hyperParameters: isRecord(hyperParameters) ? hyperParameters : {},
    entries,
  };
}

/**
 * Reads a file of weights, calls `body` with its content, and then frees the memory. `weights` names the weights to read if
 * the file holds those of several networks.
 *
 * @throws DeeplasiaError ERR_DEEPLASIA_CHECKPOINT for a file that is damaged, holds no weights, or asks for anything to
 *   be executed; ERR_DEEPLASIA_MODEL_MISSING.
 */
export async function withCheckpoint<T>(
  file: string,
  body: (contents: CheckpointContents) => T | Promise<T>,
  weights?: string,
): Promise<T> {
  await requireWeights(file);
  let read: NativeCheckpoint;
  try {
    read = await native().readCheckpoint(file);
  } catch (error) {
    throw refused(file, error);
  }
  try {
    return await body(contentsOf(file, read, weights));
  } finally {
    await native().dispose(read.handle);
  }
}
