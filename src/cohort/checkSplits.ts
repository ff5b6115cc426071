/** Checks that a split CSV puts each patient into one part and names every row. */
import type { CohortRow } from "../data/annotations.js";
import { schemesOf, splitKey } from "../data/splits.js";
import { csvError, openTable } from "../data/table.js";
import { columnIndex } from "../data/tableColumns.js";
import type { Findings } from "./findings.js";

export class SplitCheck {
  /** @param keys pairs of patient and folder that the split names */
  private constructor(
    private readonly keys: ReadonlySet<string>,
    private readonly findings: Findings,
  ) {}

  /** Reads the splits and finds patients that are in two parts. Throws ERR_DEEPLASIA_CSV, _CSV_COLUMN. */
  static async open(file: string, column: string, findings: Findings): Promise<SplitCheck> {
    const table = await openTable(file);
    const patient = columnIndex(table, "patient_ID");
    const folder = columnIndex(table, "dir");
    const schemes = column === "" ? schemesOf(table) : [column];
    if (schemes.length === 0)
      throw csvError(file, "there is no split column", "Add a column with train, val or test.");
    const positions = schemes.map((name) => ({ name, index: columnIndex(table, name) }));
    const keys = new Set<string>();
    // By patient, whatever the folder, because all pictures of one child belong to one part.
    const parts = new Map<string, Set<string>>();
    for await (const cells of table.records()) {
      const id = (cells[patient] ?? "").trim();
      keys.add(splitKey(id, cells[folder] ?? ""));
      for (const { name, index } of positions)
        notePart(parts, `patient ${id} in ${name}`, (cells[index] ?? "").trim());
    }
    for (const [who, names] of parts) {
      if (names.size > 1) findings.add("split-overlap", null, `${who}: ${[...names].join(" and ")}`);
    }
    return new SplitCheck(keys, findings);
  }

  add({ row, patientId, dir }: CohortRow, name: string): void {
    if (!this.keys.has(splitKey(patientId, dir)))
      this.findings.add("no-split", row, `${name}, patient ${patientId}`);
  }
}

function notePart(parts: Map<string, Set<string>>, who: string, part: string): void {
  if (part === "") return;
  const others = parts.get(who);
  if (others === undefined) parts.set(who, new Set([part]));
  else others.add(part);
}
