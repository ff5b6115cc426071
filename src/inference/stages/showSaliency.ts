/** Where in each picture of a block a network's age comes from. */
import { DeeplasiaError } from "../../errors.js";
import type { SaliencyModel } from "../../model/saliencyModel.js";
import type { BlockStage } from "../block.js";

/** After the network's readings. `kind`: which of the kinds of input it takes; `member`: its number. */
export function showSaliency(saliency: SaliencyModel, kind: number, member: number): BlockStage {
  return async ({ batches, rows }) => {
    for (const { subject, slot, sex, filled, error, readings } of rows) {
      const isUnread = error !== null || filled[kind] === undefined || filled[kind] instanceof DeeplasiaError;
      if (subject.keepSaliency === undefined || isUnread || readings.at(-1) instanceof DeeplasiaError)
        continue;
      await subject.keepSaliency(await saliency.look(batches[kind]!, slot, sex === "M" ? 1 : 0), member);
    }
  };
}
