import { csvLines } from "../data/csvLines.js";
import { decimalText, float32Text } from "../data/numberText.js";
import { corrected } from "../statistics/biasLine.js";
import type { Corrections } from "./corrections.js";
import { meanAges, meanMaleHats, type PartPredictions, plainAges } from "./partPredictions.js";

/** The text of the reference's `predictions/<part>_pred.csv`. Bone ages are in months. */
export function predictionsCsv(part: PartPredictions, corrections: Corrections | null): string {
  const { views, rows, further } = part;
  const [plain, ages, male] = [plainAges(part), meanAges(part), meanMaleHats(part)];
  const predicted = (suffix: string) =>
    male === null ? [`y_hat${suffix}`] : [`y_hat${suffix}`, `male_hat${suffix}`];
  const header = [
    ...["", "filename", "male", "y"],
    ...views.flatMap((view) => predicted(`-${view}`)),
    ...predicted(""),
    ...(corrections === null ? [] : ["y_hat_reg", "y_hat_reg_tta"]),
    ...(further?.columns ?? []),
  ];
  const lines = rows.map((row, i) => {
    const numbers = [...views.keys()].flatMap((view) =>
      male === null ? [row.ageMonths[view]!] : [row.ageMonths[view]!, row.maleHat![view]!],
    );
    numbers.push(ages[i]!);
    if (male !== null) numbers.push(male[i]!);
    if (corrections !== null) {
      numbers.push(Math.fround(corrected(plain[i]!, corrections.plain)));
      numbers.push(Math.fround(corrected(ages[i]!, corrections.mean)));
    }
    const sex = row.male === null ? "" : row.male === 1 ? "1.0" : "0.0";
    const truth = decimalText(String(row.boneAgeMonths));
    return [String(i), row.filename, sex, truth, ...numbers.map(float32Text), ...(further?.rows[i] ?? [])];
  });
  return csvLines([header, ...lines]);
}
