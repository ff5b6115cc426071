/** Describes where a model is used against its own contract. */
import type { Override } from "../contract/merge.js";
import type { BoneAgeModel } from "../model/boneAgeModel.js";

/** Returns a line for each model whose contract was overridden in a field that changes numbers. @param hasMasks whether it gets masks. */
export function overrideTexts(models: readonly BoneAgeModel[], hasMasks: boolean): string[] {
  return models.flatMap(({ file, overridden, contract }) => {
    const acting = overridden.filter(({ field }) => field !== "maskNeeded" || !hasMasks).map(overrideText);
    if (contract.maskNeeded && !hasMasks) acting.push(WITHOUT_MASKS);
    return acting.length === 0 ? [] : [`${file}: used against its own contract: ${acting.join("; ")}`];
  });
}

const WITHOUT_MASKS =
  'without masks (`maskModel: "none"`), but it was trained on masked hands: bone ages can be far off';

function overrideText({ field, own, ownOrigin, value, origin }: Override): string {
  if (field === "maskNeeded" && own === true)
    return `without masks (${origin}), but it was trained on masked hands (${ownOrigin}): bone ages can be far off`;
  return `${field} is ${JSON.stringify(value)} (${origin}), the model states ${JSON.stringify(own)} (${ownOrigin})`;
}
