/** A network with one view of the pictures, on blocks. */
import type { NetworkOutput } from "../boneAge/networkOutput.js";
import type { DeeplasiaError } from "../errors.js";
import { whyUnusable } from "../image/fillSlots.js";
import type { BoneAgeModel } from "../model/boneAgeModel.js";
import type { Block, BlockRow } from "./block.js";
import type { Forward } from "./forward.js";

export class Lane {
  constructor(
    private readonly forward: Forward,
    /** Which of the kinds of input it takes. */
    private readonly kind: number,
  ) {}

  get model(): BoneAgeModel {
    return this.forward.model;
  }

  /** The network's outputs for some rows of a block, in their order; rows that it cannot be given are left out of the forward. */
  async run(block: Block, rows: readonly BlockRow[]): Promise<(NetworkOutput | DeeplasiaError)[]> {
    const problems = rows.map((row) => this.problemOf(row));
    const usable = rows.filter((_, i) => problems[i] === null);
    const inputs = usable.map(({ slot, sex }) => ({ slot, male: sex === "M" ? 1 : 0 }) as const);
    const outputs = await this.forward.run(block.batches[this.kind]!, inputs);
    return rows.map(({ slot }, i) => problems[i] ?? outputs.get(slot)!);
  }

  private problemOf({ filled, error }: BlockRow): DeeplasiaError | null {
    const input = filled[this.kind];
    const problem = input === undefined ? undefined : whyUnusable(input, this.model.contract);
    return problem ?? error;
  }
}
