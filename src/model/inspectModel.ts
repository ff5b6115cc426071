/** What a model's file holds: its network, its size, and its contract with the source of each value. */

import { stat } from "node:fs/promises";
import type { CheckpointFacts } from "../checkpoint/describeCheckpoint.js";
import { MANIFEST_FIELDS, type ManifestField } from "../contract/manifest.js";
import type { MergedManifest } from "../contract/merge.js";
import { type DeeplasiaError, toDeeplasiaError } from "../errors.js";
import { type AnyNetworkConfig, native } from "../native.js";
import type { InspectModelOptions } from "../options/calls/inspectModelOptions.js";
import { type PathArgument, pathArgument } from "../options/library.js";
import { inspectModelOptions } from "../options/modelFiles.js";
import { fileOfModel } from "../registry/modelFilesOf.js";
import { requireArgument, requireOptions } from "../schema/checkValue.js";
import { type ContractReport, contractReport } from "./contractReport.js";
import { type OpenModel, openModel } from "./openModel.js";

/** The result of `inspectModel`. */
export interface Inspection {
  /** The model's file. */
  file: string;
  /** Its size. */
  fileBytes: number;
  /** What a checkpoint holds; null for TorchScript. */
  checkpoint: CheckpointFacts | null;
  /** Null for a checkpoint that is no model. */
  model: InspectedModel | null;
  /** Why a checkpoint is no model: it holds another network, or a part of one. */
  problem: DeeplasiaError | null;
}

/** A value of a contract. */
export interface StatedValue {
  /** The value. */
  value: unknown;
  /** The source that states it. */
  from: string;
}

/** How a network runs in float32 on this machine's CPU. */
export interface CpuPlan {
  /** The processor that our kernels are compiled for: avx512, avx2 or plain. */
  kernels: string;
  /** Number of blocks (inverted bottlenecks, the head before its mean) that run in our kernels. */
  blocks: number;
  /** Number of other convolutions, which oneDNN runs. */
  convolutions: number;
}

/** The model of an inspected file. */
export interface InspectedModel extends ContractReport {
  /** The network of a checkpoint; null for TorchScript. */
  network: AnyNetworkConfig | null;
  /** Signature of the network's forward method, as TorchScript prints it. */
  forward: string;
  /** Number of inputs of forward. */
  inputs: number;
  /** Number of values in the parameters. */
  parameters: number;
  /** Number of values in the buffers, such as the statistics of batch norms. */
  buffers: number;
  /** How the model runs in float32 on this machine's CPU. */
  cpu: CpuPlan;
  /** Each field that a source states, and which source that is. */
  contract: Partial<Record<ManifestField, StatedValue>>;
}

/**
 * Inspect a model's file without keeping the model. A TorchScript model is a program, parts of which run when it is
 * opened; one that reaches files or processes is refused unless `trust` is set.
 *
 * @param path The file, or its `file:` URL; or the name of an installed model.
 * @returns For a checkpoint that is no model: what it holds, and the `problem`.
 * @throws DeeplasiaError ERR_DEEPLASIA_OPTION, _MODEL_MISSING, _MODEL_UNREADABLE, _MODEL_UNTRUSTED, _CHECKPOINT,
 *   _CONTRACT, _LIBTORCH_…; the signal's reason when it is aborted.
 */
export async function inspectModel(path: PathArgument, given: InspectModelOptions = {}): Promise<Inspection> {
  const named = requireArgument("file", pathArgument, path);
  const options = requireOptions(inspectModelOptions, given);
  const file = await fileOfModel(named);
  let checkpoint: CheckpointFacts | null = null;
  const onCheckpoint = (facts: CheckpointFacts) => {
    checkpoint = facts;
  };
  const found = { file, fileBytes: 0, checkpoint: null, model: null, problem: null };
  try {
    await using opened = await openModel(file, { ...options, onCheckpoint });
    const { size: fileBytes } = await stat(file);
    return { ...found, fileBytes, checkpoint, model: await inspectOpened(opened, options) };
  } catch (error) {
    options.signal?.throwIfAborted();
    const problem = toDeeplasiaError(error).at({ file });
    if (checkpoint === null) throw problem;
    return { ...found, fileBytes: (await stat(file)).size, checkpoint, problem };
  }
}

async function inspectOpened(
  { model, config, contract }: OpenModel,
  { trust, signal }: { trust: boolean; signal?: AbortSignal | undefined },
): Promise<InspectedModel> {
  signal?.throwIfAborted();
  const { manifest } = contract;
  const { weightsDigest = "" } = manifest;
  const how = { device: "cpu", threads: 0, precision: "32", optimize: true } as const;
  const handle = await native().loadModel(model, { ...how, trust, weightsDigest });
  const facts = native().modelFacts(handle);
  await native().dispose(handle);
  return {
    network: config,
    forward: facts.schema,
    inputs: facts.inputs,
    parameters: facts.parameters,
    buffers: facts.buffers,
    cpu: { kernels: facts.kernels, blocks: facts.kernelBlocks, convolutions: facts.convolutions },
    contract: statedFields(contract),
    ...contractReport(manifest),
  };
}

function statedFields({ manifest, origins }: MergedManifest): InspectedModel["contract"] {
  const stated = MANIFEST_FIELDS.filter((field) => manifest[field] !== undefined);
  return Object.fromEntries(
    stated.map((field) => [field, { value: manifest[field], from: origins.get(field) ?? "" }]),
  );
}
