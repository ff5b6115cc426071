/** One network's reading of every row of a block. */
import { interpret } from "../../boneAge/reading.js";
import { DeeplasiaError } from "../../errors.js";
import type { BlockRow, BlockStage } from "../block.js";
import type { Lane } from "../lane.js";

/** `onFeatures` is called with the features of each row for which the lane gives some. */
export function predictAge(
  lane: Lane,
  onFeatures: (row: BlockRow, features: Float32Array) => void = () => {},
): BlockStage {
  return async (block) => {
    const outputs = await lane.run(block, block.rows);
    for (const [i, row] of block.rows.entries()) {
      const output = outputs[i]!;
      const isFailed = output instanceof DeeplasiaError;
      row.readings.push(isFailed ? output : interpret(output, lane.model.contract, row.sex));
      if (!isFailed && output.features !== undefined) onFeatures(row, output.features);
    }
  };
}
