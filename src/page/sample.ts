/** A synthetic radiograph to try the page with: one of the phantoms of `examples/`. */
import address from "../../examples/phantoms/images/000009.png";
import type { Sex } from "./answer.js";
import type { AgeFields } from "./picture.js";

/** Its row of `examples/phantoms/annotations.csv`: a girl of 174 months by the calendar, drawn with a bone age of 158. */
const KNOWN = { sex: "F", age: { by: "age", years: "14", months: "6" } } satisfies {
  sex: Sex;
  age: Partial<AgeFields>;
};

export async function openSample(): Promise<[File[], typeof KNOWN]> {
  const response = await fetch(address);
  const file = new File([await response.blob()], "synthetic-hand.png", { type: "image/png" });
  return [[file], KNOWN];
}
