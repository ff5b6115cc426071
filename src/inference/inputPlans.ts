/** The kinds of input that the networks of a run have: each is made of a picture once, in a batch of its own. */
import { isDeepStrictEqual } from "node:util";
import type { PictureChange } from "../image/changedPicture.js";
import { imagePlan, type View } from "../image/imagePlan.js";
import type { BoneAgeModel } from "../model/boneAgeModel.js";
import type { CropperModel } from "../model/cropperModel.js";
import { type BatchHandle, type ImagePlan, native } from "../native.js";

type InputOf = Pick<BoneAgeModel, "contract" | "cropper" | "histogram">;

/** How a picture becomes the input of a network. */
export interface InputKind {
  plan: ImagePlan;
  /** Finds the box that is cut out first; null: the whole picture is taken. */
  cropper: CropperModel | null;
  /** What is done to the picture before. */
  change: PictureChange | undefined;
}

export class InputPlans {
  private readonly kinds: InputKind[] = [];

  /** The number of the kind that a network takes of a view. */
  kindOf({ contract, cropper, histogram }: InputOf, view: View): number {
    const plan = imagePlan(contract, view, histogram);
    const known = this.kinds.findIndex(
      (kind) =>
        kind.cropper?.file === cropper?.file &&
        isDeepStrictEqual([kind.plan, kind.change], [plan, view.change]),
    );
    return known === -1 ? this.kinds.push({ plan, cropper, change: view.change }) - 1 : known;
  }

  get all(): readonly InputKind[] {
    return this.kinds;
  }

  /** A batch for each kind. */
  createBatches(capacity: number): BatchHandle[] {
    return this.kinds.map(({ plan: { height, width } }) => native().createBatch(capacity, height, width));
  }
}
