import { freshNetwork } from "../../checkpoint/freshNetwork.js";
import type { Manifest } from "../../contract/manifest.js";
import type { AnyNetworkConfig } from "../../native.js";
import { networkText } from "../../options/network.js";
import type { TrainConfig } from "../../options/train/index.js";
import type { FreshStart } from "./trainingKind.js";

/** A network with fresh weights, whose backbone has ImageNet weights where `model.pretrained` names their file. */
export async function startOnBackbone(
  network: AnyNetworkConfig,
  { model: { pretrained, stem } }: TrainConfig,
  seed: number,
  manifest: Manifest,
): Promise<FreshStart> {
  const from = pretrained === false || pretrained === null ? undefined : pretrained;
  const handle = await freshNetwork(network, { seed, from, stem });
  const weights = from === undefined ? "fresh weights" : `ImageNet weights of ${from}`;
  return { handle, text: `${networkText(network)}, ${weights}`, manifest };
}
