/** The parts of a cohort that the evaluation of a model predicts, and their files. */
import { join } from "node:path";
import { readSplit } from "../data/splits.js";
import { DeeplasiaError } from "../errors.js";
import { testTimeViews } from "../inference/testTimeViews.js";
import { nearestHint } from "../nearest.js";

/** The reference's names of the parts, in files and metrics. */
const FILE_NAMES: Readonly<Record<string, string>> = { val: "validation" };

export interface EvaluatedPart {
  /** Its value in the split CSV; null: there is no split, and all rows are one part. */
  split: string | null;
  /** Its name in files and metrics. */
  name: string;
  /** The predictions as `predict` writes them. */
  predictions: string;
  /** The reference's CSV. */
  csv: string;
  /** Names of the views of a picture. */
  views: readonly string[];
  ttaRot: boolean;
  ttaFlip: boolean;
}

export interface PartChoice {
  out: string;
  splitCsv?: string | undefined;
  splitColumn?: string | undefined;
  /** The part that is evaluated. */
  splitName: string;
  calibrate?: string | undefined;
  noRegression: boolean;
  noTestTtaRot: boolean;
  noTestTtaFlip: boolean;
  trainTtaRot: boolean;
  trainTtaFlip: boolean;
}

export const TRAIN = "train";
export const VALIDATION = "val";

/**
 * Returns the parts, the evaluated one last: with a split also the training part, to which the bias correction is fitted, and the
 * validation part, which has to gain by it. Parts that the split lacks are left out.
 *
 * Throws `ERR_DEEPLASIA_OPTION` for a part that is asked for and not in the split, and what `readSplit` throws.
 */
export async function evaluatedParts(choice: PartChoice): Promise<EvaluatedPart[]> {
  const { splitCsv, splitColumn, splitName, calibrate, noRegression } = choice;
  if (splitCsv === undefined || splitColumn === undefined) return [partOf(null, choice)];
  const { counts } = await readSplit(splitCsv, splitColumn);
  for (const [option, name] of Object.entries({ splitName, calibrate }))
    if (name !== undefined && !counts.has(name))
      throw unknownPart(splitCsv, option, name, [...counts.keys()]);
  const names = [
    ...(noRegression ? [] : [TRAIN]),
    VALIDATION,
    ...(calibrate === undefined ? [] : [calibrate]),
  ];
  const others = new Set(names.filter((name) => name !== splitName && counts.has(name)));
  return [...others, splitName].map((name) => partOf(name, choice));
}

function partOf(split: string | null, choice: PartChoice): EvaluatedPart {
  const name = FILE_NAMES[split ?? "test"] ?? split ?? "test";
  const isTrain = split === TRAIN;
  // Any text may be the name of a part.
  const stem = join(choice.out, "predictions", name.replaceAll(/[^\p{L}\p{N}._-]/gu, "_"));
  const ttaRot = isTrain ? choice.trainTtaRot : !choice.noTestTtaRot;
  const ttaFlip = isTrain ? choice.trainTtaFlip : !choice.noTestTtaFlip;
  const views = testTimeViews({ rotate: ttaRot, flip: ttaFlip }).map((view) => view.name);
  return {
    ...{ split, name, predictions: `${stem}.csv`, csv: `${stem}_pred.csv`, ttaRot, ttaFlip, views },
  };
}

function unknownPart(file: string, option: string, name: string, names: string[]): DeeplasiaError {
  return new DeeplasiaError("ERR_DEEPLASIA_OPTION", `\`${option}: ${name}\`: ${file} has no such part`, {
    file,
    remedy: `Give one of its parts: ${names.join(", ")}${nearestHint(name, names)}.`,
  });
}
