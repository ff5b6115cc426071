/** An authored network of any kind, without values. */
import { type AnyNetworkConfig, type NetworkHandle, native } from "../native.js";
import { isCropperConfig, isExpectationConfig, isMaskConfig } from "../options/network.js";

export function buildNetwork(config: AnyNetworkConfig): Promise<NetworkHandle> {
  if (isExpectationConfig(config)) return native().buildExpectationNetwork(config);
  if (isCropperConfig(config)) return native().buildCropper();
  return isMaskConfig(config) ? native().buildMaskNetwork(config) : native().buildNetwork(config);
}
