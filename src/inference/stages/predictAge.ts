/** One network's reading of every row of a block. */
import { interpret } from "../../boneAge/reading.js";
import { DeeplasiaError } from "../../errors.js";
import type { BlockStage } from "../block.js";
import type { Lane } from "../lane.js";

export function predictAge(lane: Lane): BlockStage {
  return async (block) => {
    const outputs = await lane.run(block, block.rows);
    for (const [i, { readings }] of block.rows.entries()) {
      const output = outputs[i]!;
      readings.push(output instanceof DeeplasiaError ? output : interpret(output, lane.model.contract));
    }
  };
}
