/** Pictures to slots of native batches: read once, then the native image chain for each batch. */

import type { Contract } from "../contract/contract.js";
import { DeeplasiaError, toDeeplasiaError } from "../errors.js";
import { type ChainResult, openPicture, type PictureSource, type Target } from "./openPicture.js";

/** What the image chain saw of a picture, or why it is not in the batch. */
export type Filled = ChainResult | DeeplasiaError;

/**
 * Read one picture and its mask and run the image chain into the same slot of every target; one result a target.
 * Never rejects: errors are results, and name the file.
 */
export async function fillSlots(
  targets: readonly Target[],
  slot: number,
  source: PictureSource,
  read?: Parameters<typeof openPicture>[1],
): Promise<Filled[]> {
  try {
    const open = await openPicture(source, read);
    try {
      return await Promise.all(targets.map((target) => open.fill(target, slot).catch(toDeeplasiaError)));
    } finally {
      open.close();
    }
  } catch (error) {
    return targets.map(() => toDeeplasiaError(error));
  }
}

/** Normalisations that divide by what a constant picture has none of. */
const NEEDS_CONTRAST: readonly Contract["normalise"][] = ["zscore", "interval", "equalize"];

/** Why a network with this contract cannot be given the picture; undefined where it can. */
export function whyUnusable(
  filled: Filled,
  contract: Pick<Contract, "normalise">,
): DeeplasiaError | undefined {
  if (filled instanceof DeeplasiaError) return filled;
  if (filled.min !== filled.max || !NEEDS_CONTRAST.includes(contract.normalise)) return undefined;
  return new DeeplasiaError(
    "ERR_DEEPLASIA_IMAGE_BLANK",
    `the picture has one grey value (${filled.min}) after preprocessing, so that it cannot be normalised`,
  );
}
