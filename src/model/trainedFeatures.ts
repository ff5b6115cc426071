import type { Contract } from "../contract/contract.js";
import { DeeplasiaError } from "../errors.js";
import { decodeStatistics, type FeatureStatistics } from "../statistics/featureDistance.js";

/** What is known of the features of a model's training pictures. */
export interface TrainedFeatures {
  statistics: FeatureStatistics;
  /** The distance that 1 % of the validation pictures exceed. */
  limit: number;
}

/** Reads it from a contract; null where that has none. Throws ERR_DEEPLASIA_CONTRACT. */
export function trainedFeatures({
  featureStatistics: text,
  featureDistanceLimit: limit,
}: Pick<Contract, "featureStatistics" | "featureDistanceLimit">): TrainedFeatures | null {
  if (text === undefined || limit === undefined) return null;
  const statistics = decodeStatistics(text);
  if (statistics !== null) return { statistics, limit };
  throw new DeeplasiaError("ERR_DEEPLASIA_CONTRACT", "featureStatistics is not what training writes", {
    remedy: "Take featureStatistics and featureDistanceLimit out of the manifest.",
  });
}
