/** Predicts the sex of the rows that have none, with a model that takes the picture alone. */
import type { NetworkOutput } from "../../boneAge/networkOutput.js";
import { toProbability } from "../../boneAge/reading.js";
import { DeeplasiaError } from "../../errors.js";
import type { Sex } from "../../words.js";
import type { BlockStage } from "../block.js";
import type { Lane } from "../lane.js";

export function predictSex(lane: Lane): BlockStage {
  return async (block) => {
    const open = block.rows.filter(({ sex }) => sex === null);
    const outputs = await lane.run(block, open);
    for (const [i, row] of open.entries()) {
      const sex = sexOf(outputs[i]!);
      if (sex instanceof DeeplasiaError) row.error ??= sex;
      else Object.assign(row, { sex, sexPredicted: true });
    }
  };
}

/** Male from this probability on, itself excluded. */
const THRESHOLD = 0.5;

/** The sex that a model's output for a picture means, or why it means none. */
export function sexOf(output: NetworkOutput | DeeplasiaError): Sex | DeeplasiaError {
  if (output instanceof DeeplasiaError) return withoutSex(output);
  const male = toProbability(output.sexLogit ?? Number.NaN);
  if (Number.isNaN(male))
    return withoutSex(new DeeplasiaError("ERR_DEEPLASIA_NOT_FINITE", "the network's output is NaN"));
  return male > THRESHOLD ? "M" : "F";
}

function withoutSex({ code, message, file, remedy, cause }: DeeplasiaError): DeeplasiaError {
  return new DeeplasiaError(code, `the sex cannot be predicted: ${message}`, { file, remedy, cause });
}
