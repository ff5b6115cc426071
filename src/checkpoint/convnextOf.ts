/** Which ConvNeXt V2 some tensors are: timm's names and their shapes show it. */
import { type BackboneFacts, native } from "../native.js";
import type { TensorFacts } from "./tree.js";

type Tensors = ReadonlyMap<string, TensorFacts>;

/** Number of different blocks in each stage. */
function depthsOf(tensors: Tensors, prefix: string): number[] {
  const stages: Set<string>[] = [];
  for (const name of tensors.keys()) {
    const found = name.startsWith(prefix)
      ? /^stages\.(\d)\.blocks\.(\d+)\./.exec(name.slice(prefix.length))
      : null;
    if (found === null) continue;
    const stage = Number(found[1]);
    stages[stage] ??= new Set();
    stages[stage].add(found[2]!);
  }
  return Array.from(stages, (blocks) => blocks?.size ?? 0);
}

/** The ConvNeXt V2 with the widths and depths of the tensors behind a prefix; undefined where there is no such one. */
export function convnextOf(tensors: Tensors, prefix: string): BackboneFacts | undefined {
  const features = tensors.get(`${prefix}head.norm.weight`)?.shape[0];
  const depths = depthsOf(tensors, prefix);
  return native()
    .backbones()
    .find(
      (facts) =>
        facts.name.startsWith("convnextv2-") &&
        facts.features === features &&
        facts.repeats.join() === depths.join(),
    );
}

/** Whether fc1 and fc2 are matrices, not 1x1 convolutions. */
export function hasMatrices(tensors: Tensors, prefix: string): boolean {
  return tensors.get(`${prefix}stages.0.blocks.0.mlp.fc1.weight`)?.shape.length === 2;
}
