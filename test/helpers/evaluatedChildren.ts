/** Predictions and annotations of a small cohort as texts, and their evaluation. */
import { join } from "node:path";
import { evaluatePredictions } from "../../src/report/evaluatePredictions.js";
import { temporaryFolder, writeTree } from "./temporary.js";

export const FEW = { resamples: 200 };

/** 60 children with truths, predictions, patients with two pictures each, two sites and two raters. */
export const children = Array.from({ length: 60 }, (_, i) => {
  const truth = 10 + i * 3.4;
  const error = ((i * 37) % 23) - 10;
  return {
    name: `${i}.png`,
    patient: i >> 1,
    sex: i % 3 === 0 ? "M" : "F",
    truth,
    prediction: truth + error,
    error,
  };
});
export const ANNOTATIONS = [
  "image_ID,dir,patient_ID,sex,bone_age,chronological_age,site,rater_a,rater_b",
  ...children.map(
    ({ name, patient, sex, truth }, i) =>
      `${name},x,${patient},${sex},${truth},${truth - 6},${i % 2 ? "Bonn" : ""},${truth + 2},${truth - 4}`,
  ),
].join("\n");
export const PREDICTIONS = [
  "image_ID,dir,sex,pred_bone_age,sex_hat",
  ...children.map(
    ({ name, sex, prediction }) =>
      `${name},x,${sex === "M" ? "1.0" : "0.0"},${prediction},${sex === "M" ? 0.8 : 0.3}`,
  ),
].join("\n");

/** Evaluates `p.csv`, with the truth of `truth.csv` where it is among the files. */
export async function evaluate(
  files: Record<string, string>,
  options: Parameters<typeof evaluatePredictions>[1] = {},
) {
  const folder = await writeTree(await temporaryFolder(), files);
  const annotationCsv = "truth.csv" in files ? join(folder, "truth.csv") : undefined;
  return evaluatePredictions(join(folder, "p.csv"), { annotationCsv, ...FEW, ...options });
}

export const whole = { "p.csv": PREDICTIONS, "truth.csv": ANNOTATIONS };
