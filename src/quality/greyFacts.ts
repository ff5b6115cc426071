import { nearness } from "./nearness.js";
import type { SmallView } from "./smallView.js";

export interface GreyFacts {
  /** Median of the hand less that of what is just outside of it, as a share of the range of the picture's grey values. */
  contrast: number;
  /** Range of the hand's grey values (5th to 95th percentile), as a share of what the depth allows. */
  range: number;
  /** Share of the hand, without its rim, that has the picture's highest value, or its lowest. */
  saturated: number;
}

/** How far what is just outside reaches, and how wide the rim is, pixels. */
const OUTSIDE = 2;
const RIM = 3;
/** A smaller inside, as that of a baby's hand, is taken with its rim. */
const FEWEST_PIXELS = 20;

/** Returns the facts of a picture's grey values; `range` is that of the whole picture where there is no mask. */
export function greyFacts(view: SmallView): Partial<GreyFacts> {
  const { grey, hand } = view;
  const sorted = grey.toSorted();
  if (!view.hasMask) return { range: quantile(sorted, 0.95) - quantile(sorted, 0.05) };
  const inside = grey.filter((_, i) => hand[i] === 1).sort();
  if (inside.length === 0) return {};
  const near = nearness(view, hand, OUTSIDE);
  const around = grey.filter((_, i) => near[i] === 1 && hand[i] === 0).sort();
  const isRim = nearness(
    view,
    hand.map((mark) => 1 - mark),
    RIM,
  );
  const inner = grey.filter((_, i) => hand[i] === 1 && isRim[i] === 0);
  const core = inner.length < FEWEST_PIXELS ? inside : inner;
  const range = quantile(sorted, 0.99) - quantile(sorted, 0.01);
  const [low, high] = [sorted[0]!, sorted.at(-1)!];
  const at = (value: number) => core.filter((each) => each === value).length / core.length;
  return {
    ...(range > 0 &&
      around.length > 0 && { contrast: (quantile(inside, 0.5) - quantile(around, 0.5)) / range }),
    range: quantile(inside, 0.95) - quantile(inside, 0.05),
    saturated: Math.max(at(low), at(high)),
  };
}

const quantile = (sorted: Float32Array, q: number) => sorted[Math.floor(q * (sorted.length - 1))] ?? 0;
