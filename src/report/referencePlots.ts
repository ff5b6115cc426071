/** Scatter plots of a part under the reference's names: `predictions/plots/<part>{,_reg,_reg_tta}.png`. */
import { dirname, join } from "node:path";
import { PLAIN_COLUMN, readPredictionTable } from "../evaluation/predictionTable.js";
import { readCohort } from "../evaluation/readCohort.js";
import { writeFileAtomic } from "../files/writeFileAtomic.js";
import { passingBablok } from "../statistics/passingBablok.js";
import { figurePng } from "./figures/figurePng.js";
import { scatterFigure } from "./figures/scatter.js";

/** Endings of the names, and the columns of `<part>_pred.csv` that the plots show. */
const PLOTS = { "": PLAIN_COLUMN, _reg: "y_hat_reg", _reg_tta: "y_hat_reg_tta" };

/** Writes the plots of a `<part>_pred.csv` beside it, of the columns that it has. Throws as `readCohort`, `ERR_DEEPLASIA_OUTPUT`. */
export async function writeReferencePlots(csv: string, part: string): Promise<void> {
  const { ageColumns } = await readPredictionTable(csv);
  for (const [ending, column] of Object.entries(PLOTS)) {
    if (!ageColumns.includes(column)) continue;
    const { rows } = await readCohort(await readPredictionTable(csv, column), { by: [] });
    const line = passingBablok(
      rows.map(({ truthMonths }) => truthMonths),
      rows.map(({ ageMonths }) => ageMonths),
    );
    const file = join(dirname(csv), "plots", `${part}${ending}.png`);
    await writeFileAtomic(file, await figurePng(scatterFigure(rows, line)));
  }
}
