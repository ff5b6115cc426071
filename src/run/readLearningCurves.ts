import { numberInCell } from "../data/annotations.js";
import { readWholeTable } from "../data/wholeTable.js";
import { pathKind } from "../files/pathKind.js";
import type { LearningCurves } from "../report/figures/learningCurves.js";

/** Reads the learning curves of a run from its `metrics.csv`; null where there is no such file. Throws as `readWholeTable`. */
export async function readLearningCurves(file: string): Promise<LearningCurves | null> {
  if ((await pathKind(file)) !== "file") return null;
  const table = await readWholeTable(file);
  const column = (name: string) =>
    table.rows.map((cells) => {
      const value = numberInCell(table.cell(cells, name));
      return value !== null && Number.isFinite(value) ? value : null;
    });
  return {
    epochs: column("epoch").map((epoch, i) => epoch ?? i),
    train: column("Metrics_Age/train_RescaledMAE"),
    validation: column("Metrics_Age/val_RescaledMAE"),
  };
}
