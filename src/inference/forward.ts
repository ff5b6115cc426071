/** One network on slots of batches. */
import type { NetworkOutput, OutputSpread } from "../boneAge/networkOutput.js";

import { type Logger, silentLogger } from "../console/logger.js";
import { type DeeplasiaError, toDeeplasiaError } from "../errors.js";
import { normalisation } from "../image/imagePlan.js";
import type { BoneAgeModel } from "../model/boneAgeModel.js";
import { type BatchHandle, type NativeExpectation, native } from "../native.js";

export interface SlotInput {
  slot: number;
  /** Sex for a network with such an input: 1 male, 0 female. */
  male: 0 | 1;
}

/** What the network returns, by slot. */
export type SlotOutputs = Map<number, NetworkOutput | DeeplasiaError>;

/** When the forwards in hand began, in ms of `performance.now()`. */
const begun = new Set<{ since: number }>();

/** How long the oldest forward in hand has not come back, ms; 0 where there is none. */
export function longestForward(): number {
  const [oldest] = begun;
  return oldest === undefined ? 0 : performance.now() - oldest.since;
}

async function watched<T>(forward: Promise<T>): Promise<T> {
  const place = { since: performance.now() };
  begun.add(place);
  try {
    return await forward;
  } finally {
    begun.delete(place);
  }
}

/** The distribution of one row. */
function spreadOf({ members, sd, low, high }: NativeExpectation, row: number): OutputSpread {
  const count = members.length / sd.length;
  const own = [...members.subarray(row * count, (row + 1) * count)];
  return { sd: sd[row]!, low: low[row]!, high: high[row]!, members: own };
}

export class Forward {
  private hasWarned = false;

  constructor(
    readonly model: BoneAgeModel,
    /** Most pictures that the network is given at once; halved when the device runs out of memory. */
    private mostPictures: number,
    private readonly logger: Logger = silentLogger,
    /** Whether the features are wanted too; they cost nothing, because the heads read them anyway. */
    private readonly wantsFeatures = false,
  ) {}

  /**
   * Run the network on some slots, in parts where they are too many. Out of memory, and a forward that fails for some
   * picture, are met by halving: the first until it fits, the second until the picture at fault is alone.
   */
  async run(batch: BatchHandle, inputs: readonly SlotInput[]): Promise<SlotOutputs> {
    if (inputs.length === 0) return new Map();
    if (inputs.length > this.mostPictures) return this.runInHalves(batch, inputs);
    try {
      return await this.runAtOnce(batch, inputs);
    } catch (cause) {
      const error = toDeeplasiaError(cause);
      const outOfMemory = error.code === "ERR_DEEPLASIA_OUT_OF_MEMORY";
      if (!outOfMemory && error.code !== "ERR_DEEPLASIA_MODEL_FORWARD") throw error;
      if (inputs.length === 1 && outOfMemory) throw error.at({ file: this.model.file });
      if (inputs.length === 1) return new Map([[inputs[0]!.slot, error]]);
      if (outOfMemory) this.halve(inputs.length);
      return this.runInHalves(batch, inputs);
    }
  }

  private async runAtOnce(batch: BatchHandle, inputs: readonly SlotInput[]): Promise<SlotOutputs> {
    const { handle, contract } = this.model;
    const { age, sexLogit, features, expectation } = await watched(
      native().predict(
        handle,
        batch,
        Int32Array.from(inputs, ({ slot }) => slot),
        contract.inputSize[0],
        normalisation(contract),
        this.model.encodeSex(
          inputs.map(({ male }) => male),
          inputs.length,
        ),
        this.wantsFeatures,
      ),
    );
    const featuresOf = (i: number) =>
      features === null
        ? {}
        : { features: features.values.subarray(i * features.columns, (i + 1) * features.columns) };
    return new Map(
      inputs.map(({ slot }, i) => [
        slot,
        {
          age: age[i]!,
          sexLogit: sexLogit === null ? null : sexLogit[i]!,
          spread: expectation === null ? null : spreadOf(expectation, i),
          ...featuresOf(i),
        },
      ]),
    );
  }

  private async runInHalves(batch: BatchHandle, inputs: readonly SlotInput[]): Promise<SlotOutputs> {
    const middle = Math.ceil(inputs.length / 2);
    const first = await this.run(batch, inputs.slice(0, middle));
    const second = await this.run(batch, inputs.slice(middle));
    return new Map([...first, ...second]);
  }

  private halve(pictures: number): void {
    if (!this.hasWarned) {
      this.logger.warn(
        `${this.model.device.name} is out of memory at ${pictures} pictures at once for ${this.model.file}: ` +
          "it now gets fewer at once (`maxMemory` and `batchSize` set the most)",
      );
    }
    this.hasWarned = true;
    this.mostPictures = Math.min(this.mostPictures, Math.ceil(pictures / 2));
  }
}
