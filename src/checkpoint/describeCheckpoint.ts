/** Summarises the content of a checkpoint for `inspect`. */
import type { CheckpointContents } from "./contents.js";

/** What a checkpoint holds. */
export interface CheckpointFacts {
  /** How the file is written. */
  format: CheckpointContents["format"];
  /** Number of tensors among the weights, and how many of each dtype. */
  tensors: number;
  /** Number of tensors of each dtype. */
  dtypes: Record<string, number>;
  /** Key of the weights in the file, with wrappers; empty for its top level. */
  weights: string;
  /** Weights of other networks in it. */
  otherWeights: string[];
  /** Names of the other entries: `epoch`, `optimizer_states`, … */
  entries: string[];
  /** Lightning's hyper-parameters; empty where there are none. */
  hyperParameters: Record<string, unknown>;
}

export function describeCheckpoint({
  format,
  tensors,
  weightsName: weights,
  otherWeights,
  entries,
  hyperParameters,
}: CheckpointContents): CheckpointFacts {
  const dtypes: Record<string, number> = {};
  for (const { dtype } of tensors.values()) dtypes[dtype] = (dtypes[dtype] ?? 0) + 1;
  const beside = Object.keys(entries).filter((name) => name !== "hyper_parameters");
  return { format, tensors: tensors.size, dtypes, weights, otherWeights, entries: beside, hyperParameters };
}
