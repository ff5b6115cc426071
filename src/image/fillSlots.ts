/** Fills slots of native batches: reads a picture once, then runs the native image chain for each batch. */

import type { Contract } from "../contract/contract.js";
import { DeeplasiaError, toDeeplasiaError } from "../errors.js";
import type { BatchHandle } from "../native.js";
import { type ChainResult, openPicture, type PictureSource, type Target } from "./openPicture.js";

/** What the image chain measured, or why the picture is not in the batch. */
export type Filled = ChainResult | DeeplasiaError;

/**
 * Reads one picture and its mask, and runs the image chain into the same slot of every target. Resolves to one result for
 * each target. Never rejects: errors are results that name the file.
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

/**
 * Reads one picture and its mask, and puts the picture into a slot of the target's batch, and the mask, as the truth that a
 * mask network learns, into the same slot of `truths`. Never rejects: an error is a result that names the file.
 */
export async function fillSlotWithTarget(
  target: Target,
  truths: BatchHandle,
  slot: number,
  source: PictureSource,
  read?: Parameters<typeof openPicture>[1],
): Promise<Filled> {
  try {
    const open = await openPicture(source, read);
    try {
      return await open.fillWithTarget(target, truths, slot);
    } finally {
      open.close();
    }
  } catch (error) {
    return toDeeplasiaError(error);
  }
}

/** Normalisations that divide by a measure of contrast, which is zero for a constant picture. */
const NEEDS_CONTRAST: readonly Contract["normalise"][] = ["zscore", "interval", "equalize"];

/** Returns why a network with this contract cannot use the picture; undefined if it can. */
export function whyUnusable(
  filled: Filled,
  contract: Pick<Contract, "normalise">,
): DeeplasiaError | undefined {
  if (filled instanceof DeeplasiaError) return filled;
  if (filled.min !== filled.max || !NEEDS_CONTRAST.includes(contract.normalise)) return undefined;
  return new DeeplasiaError(
    "ERR_DEEPLASIA_IMAGE_BLANK",
    `the picture has one grey value (${filled.min}) after preprocessing and cannot be normalised`,
  );
}
