/** Bone age against chronological age: the difference in months, and in standard deviations of a reference population. */
import { numberInCell, parseSex, type Sex } from "../data/annotations.js";
import { readWholeTable } from "../data/wholeTable.js";
import { DeeplasiaError } from "../errors.js";
import { mean } from "../statistics/mean.js";
import { standardDeviation } from "../statistics/standardDeviation.js";
import type { EvaluatedRow } from "./evaluatedRow.js";

/** SDs of bone age by sex and chronological age, months; between two ages they are interpolated. */
export type ReferenceSd = ReadonlyMap<Sex, { age: number; sd: number }[]>;

export interface Chronological {
  pictures: number;
  /** Predicted bone age - chronological age, and the same of the true bone age; months. */
  predicted: { mean: number; sd: number };
  true: { mean: number; sd: number };
  /** Null without a table of reference SDs. */
  scores: {
    pictures: number;
    predicted: { mean: number; sd: number };
    true: { mean: number; sd: number };
    /** Pictures that the prediction and the truth put on different sides of -2 or 2 SDs. */
    reclassified: number;
  } | null;
}

/** Returns null where no row has a chronological age. */
export function chronological(
  rows: readonly EvaluatedRow[],
  table: ReferenceSd | null,
): Chronological | null {
  const known = rows.filter(({ chronologicalMonths }) => chronologicalMonths !== null);
  if (known.length === 0) return null;
  const spread = (values: number[]) => ({ mean: mean(values), sd: standardDeviation(values) });
  const scored = table === null ? [] : known.flatMap((row) => scoresOf(row, table) ?? []);
  const side = (score: number) => (score < -2 ? -1 : score > 2 ? 1 : 0);
  return {
    pictures: known.length,
    predicted: spread(known.map((row) => row.ageMonths - row.chronologicalMonths!)),
    true: spread(known.map((row) => row.truthMonths - row.chronologicalMonths!)),
    scores:
      scored.length === 0
        ? null
        : {
            pictures: scored.length,
            predicted: spread(scored.map(({ predicted }) => predicted)),
            true: spread(scored.map((score) => score.true)),
            reclassified: scored.filter((score) => side(score.predicted) !== side(score.true)).length,
          },
  };
}

function scoresOf({ sex, chronologicalMonths, ageMonths, truthMonths }: EvaluatedRow, table: ReferenceSd) {
  const sd = sex === null ? null : sdAt(table.get(sex) ?? [], chronologicalMonths!);
  if (sd === null) return null;
  const score = (months: number) => (months - chronologicalMonths!) / sd;
  return { predicted: score(ageMonths), true: score(truthMonths) };
}

/** Nothing is extrapolated: null outside the ages of the table. */
function sdAt(points: readonly { age: number; sd: number }[], age: number): number | null {
  const above = points.findIndex((point) => point.age >= age);
  if (above < 0) return null;
  const high = points[above]!;
  if (high.age === age) return high.sd;
  const low = points[above - 1];
  if (low === undefined) return null;
  return low.sd + ((high.sd - low.sd) * (age - low.age)) / (high.age - low.age);
}

/** Reads a CSV with the columns sex (M, F), age (months) and sd (months). Throws `ERR_DEEPLASIA_CSV_COLUMN` and `_ROW`. */
export async function readReferenceSd(file: string): Promise<ReferenceSd> {
  const table = await readWholeTable(file);
  for (const column of ["sex", "age", "sd"]) table.require(column);
  const bySex = new Map<Sex, { age: number; sd: number }[]>([
    ["F", []],
    ["M", []],
  ]);
  table.rows.forEach((cells, i) => {
    const sex = parseSex(table.cell(cells, "sex"));
    const [age, sd] = ["age", "sd"].map((column) => numberInCell(table.cell(cells, column)) ?? Number.NaN);
    if (sex === null || !(age! >= 0) || !(sd! > 0)) {
      const what = `a row of reference SDs is not usable: sex "${table.cell(cells, "sex")}", age "${table.cell(cells, "age")}", sd "${table.cell(cells, "sd")}"`;
      const remedy = "Write sex as M or F, age and sd as numbers of months, sd above 0.";
      throw new DeeplasiaError("ERR_DEEPLASIA_ROW", what, { file, row: i + 1, remedy });
    }
    bySex.get(sex)!.push({ age: age!, sd: sd! });
  });
  for (const points of bySex.values()) points.sort((a, b) => a.age - b.age);
  return bySex;
}
