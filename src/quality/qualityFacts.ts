/** What can be measured of a picture and its mask, as the checks need it. */
import { type GreyFacts, greyFacts } from "./greyFacts.js";
import { type ShapeFacts, shapeFacts } from "./shapeFacts.js";
import type { SmallView } from "./smallView.js";

/** What is not known is left out: most of it without a mask, the shape where the mask marks next to nothing. */
export type QualityFacts = Partial<ShapeFacts & GreyFacts>;

export function qualityFacts(view: SmallView): QualityFacts {
  if (!view.hasMask) return greyFacts(view);
  return { area: 0, ...shapeFacts(view), ...greyFacts(view) };
}
