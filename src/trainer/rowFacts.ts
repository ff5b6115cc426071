import { encodeSex, maleValues, type Numbers, rowValues, type SexEncoding } from "../model/tensors.js";
import type { ExampleFacts, NetworkInput } from "../native.js";

/**
 * What is known of each row of a batch: the network's second input, and the truth. Throws ERR_DEEPLASIA_OPTION for values
 * that do not fit the batch.
 */
export function rowFacts(
  encoding: SexEncoding,
  input: NetworkInput,
  male: Numbers | null,
  targetAgeZ: Numbers | null,
): ExampleFacts {
  const rows = "data" in input ? input.shape[0] : input.slots.length;
  return {
    sex: encodeSex(encoding, male, rows),
    male: isGiven(male) ? maleValues(male, rows) : null,
    age: isGiven(targetAgeZ) ? rowValues("targetAgeZ", targetAgeZ, rows) : null,
    mask: null,
  };
}

function isGiven(values: Numbers | null | undefined): values is Numbers {
  return values !== null && values !== undefined;
}
