/** Says where predictions are not made as the model itself says they should be. */
import type { Override } from "../contract/merge.js";
import type { BoneAgeModel } from "../model/model.js";

/** A line a model whose own contract was overridden in what changes numbers; none where masks are given all the same. */
export function overrideTexts(models: readonly BoneAgeModel[], maskDirs: readonly string[]): string[] {
  const usesMasks = (maskDirs[0] ?? "") !== "";
  return models.flatMap(({ file, overridden }) => {
    const acting = overridden.filter(({ field }) => field !== "maskNeeded" || !usesMasks);
    if (acting.length === 0) return [];
    return [`${file}: used against its own contract: ${acting.map(overrideText).join("; ")}`];
  });
}

function overrideText({ field, own, ownOrigin, value, origin }: Override): string {
  if (field === "maskNeeded" && own === true)
    return `without masks (${origin}), but it was trained on masked hands (${ownOrigin}): bone ages can be far off`;
  return `${field} is ${JSON.stringify(value)} (${origin}), the model says ${JSON.stringify(own)} (${ownOrigin})`;
}
