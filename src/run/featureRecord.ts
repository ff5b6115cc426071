import type { Manifest } from "../contract/manifest.js";
import type { Group } from "../distributed/group.js";
import {
  encodeStatistics,
  featureDistance,
  featureStatistics,
  featureSums,
  upperLimit,
} from "../statistics/featureDistance.js";
import type { Part } from "../training/trainingRow.js";

/** With fewer validation pictures than this, the limit is that of the training pictures too. */
const ENOUGH = 100;
/** Share of the pictures within the limit. */
const WITHIN = 0.99;

/** The features of the pictures that this process has predicted, and what the contract has of those of all processes. */
export class FeatureRecord {
  private readonly train: Float32Array[] = [];
  private readonly val: Float32Array[] = [];

  add(part: Part, features: Float32Array): void {
    if (part !== "test") this[part].push(features);
  }

  /** The contract's fields; none of a network that gives no features. Every process must call it. */
  async manifest(group: Group): Promise<Manifest> {
    const statistics = featureStatistics(await group.gather(featureSums(this.train)));
    if (statistics === null) return {};
    const distances = (all: readonly Float32Array[]) => all.map((one) => featureDistance(one, statistics));
    const parts = await group.gather({ train: distances(this.train), val: distances(this.val) });
    const val = parts.flatMap((part) => part.val);
    const values = val.length >= ENOUGH ? val : [...val, ...parts.flatMap((part) => part.train)];
    return {
      featureStatistics: encodeStatistics(statistics),
      featureDistanceLimit: upperLimit(values, WITHIN),
    };
  }
}
