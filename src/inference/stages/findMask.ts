/** The mask of a picture that has none, from a hand-mask model. */
import { DeeplasiaError } from "../../errors.js";
import type { HandMaskModel } from "../../model/handMaskModel.js";
import type { PictureStage } from "../block.js";
import { madeMask } from "../madeMask.js";

/** From here on the found mask is treated as one that was read from a file. */
export function findMask(modelOf: () => Promise<HandMaskModel>): PictureStage {
  return async (row, open) => {
    if (open.mask !== null) return;
    const hand = await (await modelOf()).find(open.picture);
    if (hand === null) throw noHand();
    open.useMask(hand.mask);
    row.found = { confidence: hand.confidence, elsewhere: hand.elsewhere };
    row.mask = madeMask(hand, open.info);
    await row.subject.keepMask?.(hand.mask, open.info);
  };
}

/** Why there is no mask of a picture that can be read. */
export function noHand(): DeeplasiaError {
  return new DeeplasiaError("ERR_DEEPLASIA_NO_HAND", "no hand was found in the picture");
}
