/** Functions for checkpoints and for networks under construction. */
import type { CheckpointHandle, NetworkHandle } from "./handles.js";

/** Everything that determines a network's tensors and arithmetic; see `native/network/config.h`. */
export interface NetworkConfig {
  legacy: boolean;
  backbone: string;
  /** Width of each dense layer. */
  denseLayers: number[];
  /** Width of the sex input; 0 for none. */
  sexDcs: number;
  dropout: number;
  /** Widths of a separate sex classifier; empty for none. */
  explicitSexClassifier: number[];
  correctPredictedSex: boolean;
  /** Initial values of `loss.s` for age and sex; empty if the weights of the losses are not learned. */
  learnableSigma: number[];
  padding: "static" | "dynamic";
  /** Whether a legacy EfficientNet has the unused `base._fc`. */
  imagenetClassifier: boolean;
  /** ConvNeXt V2: whether fc1 and fc2 are matrices, not 1x1 convolutions; left out: as timm has them. */
  hasMatrices?: boolean | undefined;
}

/**
 * A bone-age network whose age is the expectation over bins, with the tensors' names of the open bone-age model; see
 * `native/network/expectation.h`.
 */
export interface ExpectationNetworkConfig {
  /** The ConvNeXt V2 that it has: `convnextv2-tiny`. */
  trunk: string;
  /** Planes of the input: the picture and, where there are two, the sex. */
  planes: number;
  bins: number;
  /** Networks `net0`, `net1`, …; 0: one, whose tensors have no such prefix. */
  members: number;
  dropout: number;
  /** Probability that a training step leaves out the last block; it rises from 0 at the first. */
  dropPath: number;
  /** As in `NetworkConfig`. */
  hasMatrices?: boolean | undefined;
  /** A second head, which returns the age itself, for training. */
  hasMonths: boolean;
}

/** The network that finds the box of the hand; see `native/network/mobilenet.h`. */
export interface CropperNetworkConfig {
  cropper: "mobilenetv3_small_100";
}

/** The competitive U-Net that marks the hand: tensors and arithmetic; see `native/network/mask_network.h`. */
export interface MaskNetworkConfig {
  /** Channels of the layers before the first pooling. */
  filters: number;
  /** Side of the larger kernels. */
  kernel: number;
  /** Each pooling doubles the channels up to this many. */
  maxFilters: number;
}

/** The configuration of any network that this package authors. */
export type AnyNetworkConfig =
  | NetworkConfig
  | MaskNetworkConfig
  | ExpectationNetworkConfig
  | CropperNetworkConfig;

/** The facts about a backbone. */
export interface BackboneFacts {
  name: string;
  /** Width of the pooled features. */
  features: number;
  /** Blocks of each stage; empty for Inception. */
  repeats: number[];
}

/** A checkpoint that was read. */
export interface NativeCheckpoint {
  format: "zip" | "legacy" | "pickle" | "safetensors";
  /** Description of the content (`native/checkpoint/describe.h`); safetensors as `{ state_dict, metadata }`. */
  json: string;
  handle: CheckpointHandle;
}

/** The assignment of a checkpoint's tensor to a name in the network. */
export interface Assignment {
  name: string;
  /** Number of the tensor in the checkpoint. */
  tensor: number;
  /** Whether to sum over the second dimension, so that a stem for colour becomes one for grey. */
  sumChannels: boolean;
}

/** The differences between a network and the tensors that are assigned to it. */
export interface Mismatch {
  missing: string[];
  unexpected: string[];
  shapes: { name: string; wanted: number[]; offered: number[] }[];
}

export interface NetworkFunctions {
  /** Reads a checkpoint or safetensors without executing anything in it. */
  readCheckpoint(path: string): Promise<NativeCheckpoint>;
  /** Returns all backbones, small to large. */
  backbones(): BackboneFacts[];
  /** Builds a network without values; `initialiseNetwork` or `assignTensors` set them. */
  buildNetwork(config: NetworkConfig): Promise<NetworkHandle>;
  /** Builds a network that marks the hand, without values. */
  buildMaskNetwork(config: MaskNetworkConfig): Promise<NetworkHandle>;
  /** Builds a network that returns logits over ages, without values. */
  buildExpectationNetwork(config: ExpectationNetworkConfig): Promise<NetworkHandle>;
  /** Builds the network that finds the box of the hand, without values. */
  buildCropper(): Promise<NetworkHandle>;
  /** Returns the names of a network's tensors, in the order of Python's state_dict. */
  networkTensors(network: NetworkHandle): string[];
  /** Sets fresh weights. */
  initialiseNetwork(network: NetworkHandle, seed: number): Promise<void>;
  /**
   * Copies values by name, all or nothing: if the result is not empty, nothing was changed. With `keepRest`, tensors without
   * an assignment keep their values.
   */
  assignTensors(
    network: NetworkHandle,
    checkpoint: CheckpointHandle,
    assignments: readonly Assignment[],
    keepRest: boolean,
  ): Promise<Mismatch>;
  /** Writes a TorchScript archive in eval mode, with `extra/<name>` set to `text`. */
  saveNetwork(network: NetworkHandle, path: string, name: string, text: string): Promise<void>;
  /** Writes safetensors. */
  saveTensors(network: NetworkHandle, path: string, metadata: Record<string, string>): Promise<void>;
}

export const NETWORK_FUNCTIONS = [
  "readCheckpoint",
  "backbones",
  "buildNetwork",
  "buildMaskNetwork",
  "buildExpectationNetwork",
  "buildCropper",
  "networkTensors",
  "initialiseNetwork",
  "assignTensors",
  "saveNetwork",
  "saveTensors",
] as const satisfies readonly (keyof NetworkFunctions)[];
