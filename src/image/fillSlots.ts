/** Pictures to slots of native batches: read once, then the native image chain for each batch. */

import type { Contract } from "../contract/contract.js";
import { DeeplasiaError, toDeeplasiaError } from "../errors.js";
import { type BatchHandle, type ImagePlan, native, type PictureFacts } from "../native.js";
import { notesOfTurn, withTurn } from "./orientation.js";
import { notesOfChain, type PictureNote } from "./pictureNotes.js";
import { type LentPicture, type Role, readAnew } from "./readPicture.js";
import { sampled } from "./sampledPixels.js";

export interface PictureSource {
  /** A file, or the bytes of one. */
  image: string | Uint8Array;
  mask: string | Uint8Array | null;
}

/** A batch, and what is done to a picture on its way into it. */
export interface Target {
  batch: BatchHandle;
  plan: ImagePlan;
}

/** What the image chain saw of a picture and what is worth knowing of it, or why it is not in the batch. */
export type Filled = (PictureFacts & { notes: readonly PictureNote[] }) | DeeplasiaError;

/**
 * Read one picture and its mask and run the image chain into the same slot of every target; one result a target.
 * Never rejects: errors are results, and name the file.
 */
export async function fillSlots(
  targets: readonly Target[],
  slot: number,
  { image, mask }: PictureSource,
  read = readAnew,
): Promise<Filled[]> {
  const file = typeof image === "string" ? image : undefined;
  const lent: LentPicture[] = [];
  const borrow = async (source: string | Uint8Array, role: Role) => {
    const one = await read(source, role);
    lent.push(one);
    return one.picture;
  };
  const failure = (error: unknown) => toDeeplasiaError(error).at({ file });
  try {
    const picture = await borrow(image, "image");
    const maskPicture = mask === null ? null : await borrow(mask, "mask");
    const turned = maskPicture === null ? [] : notesOfTurn(picture, maskPicture);
    const known = [...picture.notes, ...(maskPicture?.notes ?? []), ...turned];
    const seen = maskPicture && sampled(picture, maskPicture);
    const unfilled = (error: unknown) =>
      maskPicture === null ? failure(error) : withTurn(failure(error), picture, maskPicture);
    const fill = async ({ batch, plan }: Target) => {
      const facts = await native().fillSlot(batch, slot, picture, maskPicture, plan);
      return { ...facts, notes: [...known, ...notesOfChain(facts, seen)] };
    };
    return await Promise.all(targets.map((target) => fill(target).catch(unfilled)));
  } catch (error) {
    const known = failure(error);
    return targets.map(() => known);
  } finally {
    for (const { giveBack } of lent) giveBack();
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
