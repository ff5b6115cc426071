/** The quality check of what the networks make of a picture: whether it is far from what they were trained on. */

import type { TrainedFeatures } from "../../model/trainedFeatures.js";
import { DISTANCE } from "../../quality/thresholds.js";
import { featureDistance } from "../../statistics/featureDistance.js";
import type { BlockRow, BlockStage } from "../block.js";
import { type OnQuality, qualityError } from "./checkQuality.js";

/** Keeps the largest distance of a row's features from those that its networks were trained on. */
export const measureDistance =
  ({ statistics, limit }: TrainedFeatures) =>
  (row: BlockRow, features: Float32Array): void => {
    const distance = Math.fround(featureDistance(features, statistics) / limit);
    row.distance = Math.max(row.distance ?? 0, distance);
  };

export function checkDistance(onQuality: OnQuality): BlockStage {
  return async ({ rows }) => {
    for (const row of rows) {
      if (row.distance === null || row.distance <= DISTANCE.limit) continue;
      row.quality = [...(row.quality ?? []), DISTANCE.flag];
      if (onQuality === "fail") row.readings = row.readings.map(() => qualityError(row.quality!));
    }
  };
}
