/** The kinds of input that the networks of a run have: each is made of a picture once, in a batch of its own. */
import { isDeepStrictEqual } from "node:util";
import type { PictureContract } from "../contract/contract.js";
import { imagePlan, type View } from "../image/imagePlan.js";
import { type BatchHandle, type ImagePlan, native } from "../native.js";

export class InputPlans {
  private readonly plans: ImagePlan[] = [];

  /** The number of the kind that a network with this contract takes of a view. */
  kindOf(contract: PictureContract, view: View): number {
    const wanted = imagePlan(contract, view);
    const known = this.plans.findIndex((plan) => isDeepStrictEqual(plan, wanted));
    return known === -1 ? this.plans.push(wanted) - 1 : known;
  }

  get all(): readonly ImagePlan[] {
    return this.plans;
  }

  /** A batch for each kind. */
  createBatches(capacity: number): BatchHandle[] {
    return this.plans.map(({ height, width }) => native().createBatch(capacity, height, width));
  }
}
