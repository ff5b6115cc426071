import type { Manifest } from "../contract/manifest.js";
import type { ModelOptions } from "../native.js";

type Form = Required<Pick<ModelOptions, "sexPlane" | "ageBins">>;

/** What native code has to know of a network's second input and of its outputs, by its contract. */
export function networkForm(contract: Manifest): Form {
  return { sexPlane: sexPlaneOf(contract), ageBins: ageBinsOf(contract) };
}

function sexPlaneOf(contract: Manifest): Form["sexPlane"] {
  const { sexEncoding, sexPlane, normalise, normaliseMean = [0], normaliseSd = [1] } = contract;
  if (sexEncoding !== "plane-female-255") return null;
  const normalised = (grey: number) =>
    normalise === "fixed" ? (grey / 255 - normaliseMean[0]!) / normaliseSd[0]! : grey;
  return { index: sexPlane ?? 1, zero: normalised(0), one: normalised(255) };
}

function ageBinsOf({ ageHead, ageBins, combineMembers }: Manifest): Form["ageBins"] {
  if (ageHead !== "expectation") return null;
  const [first, step, count] = ageBins ?? [0, 1, 0];
  return { first, step, count, combinesLogits: combineMembers === "mean-of-logits" };
}
