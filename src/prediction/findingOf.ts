/** Converts a prediction to the finding of a report: the age, and how it was obtained. */
import { createHash } from "node:crypto";
import { basename, extname } from "node:path";
import { DISCLAIMER, packageVersion } from "../about.js";
import { ageText } from "../boneAge/ageText.js";
import { type Finding, type Mask, RESEARCH_ONLY } from "../dicom/objects/finding.js";
import type { AnyPrediction } from "../predictionFiles/columns.js";
import type { Members } from "./members.js";

/** The parts of a prediction that a report needs. */
type Predicted = Pick<AnyPrediction, "ageMonths" | "sex" | "sexPredicted" | "sexFromHeader"> & {
  sdMonths?: number | null;
};

export function findingOf(record: Predicted, { list, names }: Members, mask: Mask | null): Finding {
  const { ageMonths } = record;
  const models = names ?? list.map(({ file }) => basename(file, extname(file)));
  const parameters = [...models.map((name) => `model: ${name}`), ...usedFacts(record), DISCLAIMER].map(ascii);
  const version = packageVersion();
  return {
    ageMonths,
    mask,
    lines: [`Bone age ${ageMonths.toFixed(1)} months`, ageText(ageMonths), RESEARCH_ONLY],
    algorithm: { name: "deeplasia-native", version, parameters },
    identity: JSON.stringify([ageMonths, version, parameters, mask && digestOf(mask)]),
    time: new Date(),
  };
}

function usedFacts(record: Predicted): string[] {
  const { sex, sexPredicted, sexFromHeader } = record;
  const origin = sexPredicted ? "predicted" : sexFromHeader ? "of the header" : "given";
  const facts = sex === null ? [] : [`sex: ${sex}, ${origin}`];
  if (record.sdMonths != null)
    facts.push(`standard deviation between the models: ${record.sdMonths.toFixed(2)} months`);
  return facts;
}

const digestOf = ({ data }: Mask) => createHash("sha256").update(data).digest("hex");

/** The source's character set may be any; all have ASCII. */
const ascii = (text: string) => text.replaceAll(/[^ -~]/g, "?");
