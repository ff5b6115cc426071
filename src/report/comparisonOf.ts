/** The comparison on the page of an evaluation: with other CSVs, or of an ensemble with its members. */
import { type ComparedFile, type ComparisonOfFiles, compareFiles, namesOfFiles } from "./compareFiles.js";
import type { EvaluatedFiles } from "./evaluatedFiles.js";

/** The name of an ensemble among its members. */
export const ENSEMBLE = "ensemble";
/** The mean of the members, as they are: without a bias correction that they do not have. */
const MEAN_COLUMN = "y_hat";

/** Null where there is nothing to compare with. Throws as `compareFiles`. */
export async function comparisonOf(
  files: EvaluatedFiles,
  column: string,
  options: { resamples: number; seed: number; signal?: AbortSignal | undefined },
): Promise<ComparisonOfFiles | null> {
  const { members = [], compareWith = [] } = files;
  const compared = members.length > 0 ? withMembers(files) : withOthers(files, column);
  if (members.length + compareWith.length === 0) return null;
  const { annotationCsv, splitCsv, splitColumn, splitName } = files;
  return compareFiles(compared, {
    ...{ annotationCsv, splitCsv, splitColumn, splitName },
    ...{ ...options, ...(members.length > 0 ? { members, chooseOn: files.chooseOn?.part } : {}) },
  });
}

/** An ensemble's members have columns of its own CSV. */
function withMembers({ predictions, chooseOn, members = [] }: EvaluatedFiles): ComparedFile[] {
  const names = [ENSEMBLE, ...members];
  return names.map((name, i) => ({
    ...{ name, file: predictions, choiceFile: chooseOn?.file, column: i === 0 ? MEAN_COLUMN : name },
  }));
}

function withOthers({ predictions, compareWith = [] }: EvaluatedFiles, column: string): ComparedFile[] {
  const files = [predictions, ...compareWith];
  const names = namesOfFiles(files);
  return files.map((file, i) => ({ file, name: names[i]!, column: i === 0 ? column : undefined }));
}
