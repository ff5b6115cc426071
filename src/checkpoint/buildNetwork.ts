/** An authored network of any kind, without values. */
import { type AnyNetworkConfig, type NetworkHandle, native } from "../native.js";
import { isMaskConfig } from "../options/network.js";

export function buildNetwork(config: AnyNetworkConfig): Promise<NetworkHandle> {
  return isMaskConfig(config) ? native().buildMaskNetwork(config) : native().buildNetwork(config);
}
