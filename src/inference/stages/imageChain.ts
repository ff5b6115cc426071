/** The image chain: a decoded picture into its slot of each batch. */
import { toDeeplasiaError } from "../../errors.js";
import type { ImagePlan } from "../../native.js";
import type { PictureStage } from "../block.js";

/** `plansOf`: the kinds of input that a row is needed in, the first ones of all. */
export function imageChain(
  plansOf: (row: Parameters<PictureStage>[0]) => readonly ImagePlan[],
): PictureStage {
  return async (row, open, { batches }) => {
    const targets = plansOf(row).map((plan, kind) => ({ plan, batch: batches[kind]! }));
    row.filled = await Promise.all(
      targets.map((target) => open.fill(target, row.slot).catch(toDeeplasiaError)),
    );
    const [first] = row.filled;
    if (first !== undefined && "notes" in first) row.notes = [...row.notes, ...first.notes];
  };
}
