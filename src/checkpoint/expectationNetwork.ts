/** Recognises the networks of the open bone-age model by their tensors. */
import { DeeplasiaError } from "../errors.js";
import type { ExpectationNetworkConfig } from "../native.js";
import type { CheckpointContents } from "./contents.js";
import { convnextOf, hasMatrices } from "./convnextOf.js";

/** Throws ERR_DEEPLASIA_CHECKPOINT for a trunk that is not one of ours. */
export function expectationNetwork({ file, tensors }: CheckpointContents): ExpectationNetworkConfig {
  const names = [...tensors.keys()];
  const members = new Set(names.map((name) => /^net\d+\./.exec(name)?.[0]).filter((net) => net !== undefined))
    .size;
  const net = members === 0 ? "" : "net0.";
  const prefix = `${net}backbone.`;
  const trunk = convnextOf(tensors, prefix);
  const shapeOf = (name: string) => tensors.get(net + name)?.shape ?? [];
  const planes = shapeOf("backbone.stem.0.weight")[1];
  const bins = shapeOf("linear.weight")[0];
  const isSecond = names.some((name) => name.includes(".mlp.grn."));
  if (trunk !== undefined && planes !== undefined && bins !== undefined && isSecond)
    return {
      trunk: trunk.name,
      planes,
      bins,
      members,
      dropout: 0.1,
      dropPath: 0,
      hasMatrices: hasMatrices(tensors, prefix),
      hasMonths: tensors.has("months.weight"),
    };
  const why = isSecond
    ? "its tensors are those of no ConvNeXt V2 with a head over ages (atto to base are known)"
    : "it is a ConvNeXt without response norm (V1), which is not known here";
  throw new DeeplasiaError("ERR_DEEPLASIA_CHECKPOINT", `${file}: ${why}`, {
    file,
    remedy: "Give the published weights whole, or export the network as TorchScript in Python.",
  });
}
