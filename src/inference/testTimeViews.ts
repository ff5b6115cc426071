import type { View } from "../image/imagePlan.js";

export interface NamedView extends View {
  /** As in the columns of the reference's prediction CSVs: `rot=-10-no_flip`. */
  name: string;
}

const ROTATIONS = [-10, -5, 0, 5, 10];

/** The picture as it is. */
export const PLAIN_VIEW = "rot=0-no_flip";

/** How the picture is predicted anyway; its views are turned and mirrored from there. */
const UPRIGHT: View = { flip: false, rotationAngle: 0 };

/** The views of a picture for test-time augmentation, in the reference's order; the plain view is among them. */
export function testTimeViews(
  { rotate, flip }: { rotate: boolean; flip: boolean },
  base: View = UPRIGHT,
): NamedView[] {
  const rotations = rotate ? ROTATIONS : [0];
  const flips = flip ? [false, true] : [false];
  return rotations.flatMap((angle) =>
    flips.map((isFlipped) => ({
      rotationAngle: base.rotationAngle + angle,
      flip: base.flip !== isFlipped,
      name: `rot=${angle}-${isFlipped ? "flip" : "no_flip"}`,
    })),
  );
}

/** The number of the plain view. */
export const plainOf = (names: readonly string[]) => names.indexOf(PLAIN_VIEW);
