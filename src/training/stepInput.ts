/** What a training step is given, checked before native code sees it. */
import { DeeplasiaError } from "../errors.js";
import type { NetworkInput } from "../native.js";

export type Shape = [batch: number, channels: number, height: number, width: number];
export type Numbers = ArrayLike<number>;
/** Which sex is 1 in the network's second input. */
export type SexEncoding = "male-1" | "female-1" | "none";

/** Pictures of a caller's. Throws ERR_DEEPLASIA_OPTION where they are not of that shape. */
export function tensorInput(data: Float32Array, shape: Shape): NetworkInput {
  const elements = shape.reduce((product, side) => product * side, 1);
  if (
    shape.length !== 4 ||
    !shape.every((side) => Number.isInteger(side) && side > 0) ||
    data.length !== elements
  )
    throw invalid(`data holds ${data.length} values, but shape [${shape.join(", ")}] means ${elements}`);
  return { data, shape };
}

/**
 * What is known of each row: the network's second input, and the truth. Throws ERR_DEEPLASIA_OPTION where a list is not
 * as long as the batch, or the network needs the sex and there is none.
 */
export function stepFacts(
  input: NetworkInput,
  male: Numbers | null,
  targetAgeZ: Numbers | null,
  encoding: SexEncoding,
) {
  const rows = "data" in input ? input.shape[0] : input.slots.length;
  const values = (name: string, numbers: Numbers | null) => {
    if (numbers !== null && numbers.length !== rows)
      throw invalid(`${name} holds ${numbers.length} values for ${rows} row(s)`);
    return numbers === null ? null : Float32Array.from(numbers);
  };
  const truth = values("male", male);
  if (truth === null && encoding !== "none")
    throw invalid("this model needs the sex: pass male, one value a row (1 male, 0 female)");
  const sex = encoding === "female-1" ? truth!.map((value) => 1 - value) : truth;
  return { sex: encoding === "none" ? null : sex, male: truth, age: values("targetAgeZ", targetAgeZ) };
}

function invalid(message: string): DeeplasiaError {
  return new DeeplasiaError("ERR_DEEPLASIA_OPTION", message);
}
