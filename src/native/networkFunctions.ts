/** Checkpoints, and networks under construction. */
import type { CheckpointHandle, NetworkHandle } from "./handles.js";

/** Everything that decides a network's tensors and arithmetic; see `native/network/config.h`. */
export interface NetworkConfig {
  legacy: boolean;
  backbone: string;
  /** Width of each dense layer. */
  denseLayers: number[];
  /** Width of the sex input; 0: none. */
  sexDcs: number;
  dropout: number;
  /** Widths; empty: no classifier of its own. */
  explicitSexClassifier: number[];
  correctPredictedSex: boolean;
  /** `loss.s` and its start, age and sex; empty: the loss has no weights to learn. */
  learnableSigma: number[];
  padding: "static" | "dynamic";
  /** Legacy EfficientNet: the unused `base._fc`. */
  imagenetClassifier: boolean;
}

/** The competitive U-Net that marks the hand: tensors and arithmetic; see `native/network/mask_network.h`. */
export interface MaskNetworkConfig {
  /** Channels of every layer. */
  filters: number;
  /** Side of the larger kernels. */
  kernel: number;
}

/** A network of any kind that is authored here. */
export type AnyNetworkConfig = NetworkConfig | MaskNetworkConfig;

export interface BackboneFacts {
  name: string;
  /** Width of the pooled features. */
  features: number;
  /** EfficientNet: blocks of each stage; else empty. */
  repeats: number[];
}

export interface NativeCheckpoint {
  format: "zip" | "legacy" | "pickle" | "safetensors";
  /** What the file says (`native/checkpoint/describe.h`); safetensors as `{ state_dict, metadata }`. */
  json: string;
  handle: CheckpointHandle;
}

/** A tensor of a checkpoint (its number there) under the network's name for it. */
export interface Assignment {
  name: string;
  tensor: number;
  /** Sum over the second dimension: a stem for colour becomes one for grey. */
  sumChannels: boolean;
}

/** What does not fit between a network and the tensors that are offered to it. */
export interface Mismatch {
  missing: string[];
  unexpected: string[];
  shapes: { name: string; wanted: number[]; offered: number[] }[];
}

export interface NetworkFunctions {
  /** Read a checkpoint or safetensors; nothing in it is executed. */
  readCheckpoint(path: string): Promise<NativeCheckpoint>;
  /** All backbones, small to large. */
  backbones(): BackboneFacts[];
  /** A network without values: `initialiseNetwork` or `assignTensors` give them. */
  buildNetwork(config: NetworkConfig): Promise<NetworkHandle>;
  /** The same of a network that marks the hand. */
  buildMaskNetwork(config: MaskNetworkConfig): Promise<NetworkHandle>;
  /** Names of its tensors, in the order of Python's state_dict. */
  networkTensors(network: NetworkHandle): string[];
  initialiseNetwork(network: NetworkHandle, seed: number): Promise<void>;
  /**
   * Copy values by name, all or nothing: unless the result is empty, nothing was changed. With `keepRest`, what nobody
   * offers keeps its values.
   */
  assignTensors(
    network: NetworkHandle,
    checkpoint: CheckpointHandle,
    assignments: readonly Assignment[],
    keepRest: boolean,
  ): Promise<Mismatch>;
  /** Write a TorchScript archive, in eval mode, with `extra/<name>` set to `text`. */
  saveNetwork(network: NetworkHandle, path: string, name: string, text: string): Promise<void>;
  /** Write safetensors. */
  saveTensors(network: NetworkHandle, path: string, metadata: Record<string, string>): Promise<void>;
}

export const NETWORK_FUNCTIONS = [
  "readCheckpoint",
  "backbones",
  "buildNetwork",
  "buildMaskNetwork",
  "networkTensors",
  "initialiseNetwork",
  "assignTensors",
  "saveNetwork",
  "saveTensors",
] as const satisfies readonly (keyof NetworkFunctions)[];
