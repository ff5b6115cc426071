/** A CSV file with all its rows in memory, its cells found by the names of columns. */
import { DeeplasiaError } from "../errors.js";
import { plural } from "../plural.js";
import { openTable } from "./table.js";
import { columnIndex, findColumn } from "./tableColumns.js";

export interface WholeTable {
  file: string;
  columns: readonly string[];
  rows: readonly string[][];
  has(column: string): boolean;
  /** Returns the cell of a row; empty if the file lacks the column. */
  cell(row: readonly string[], column: string): string;
  /** Throws `ERR_DEEPLASIA_CSV_COLUMN` if the file lacks the column. */
  require(column: string): void;
}

/** Reads a whole CSV file. Throws `ERR_DEEPLASIA_CSV`, and `ERR_DEEPLASIA_ROW` for a row with missing or surplus cells. */
export async function readWholeTable(file: string): Promise<WholeTable> {
  const table = await openTable(file);
  const rows: string[][] = [];
  for await (const cells of table.records()) {
    if (cells.length !== table.columns.length) {
      const what = `${plural(cells.length, "cell")} where the header has ${table.columns.length}`;
      const remedy = "Write one cell for each column, and quote cells that hold the delimiter.";
      throw new DeeplasiaError("ERR_DEEPLASIA_ROW", what, { file, row: rows.length + 1, remedy });
    }
    rows.push(cells);
  }
  const positions = new Map<string, number>();
  const position = (column: string) => {
    const known = positions.get(column) ?? findColumn(table, column);
    positions.set(column, known);
    return known;
  };
  return {
    file,
    columns: table.columns,
    rows,
    has: (column) => position(column) >= 0,
    cell: (row, column) => row[position(column)]?.trim() ?? "",
    require: (column) => void columnIndex(table, column),
  };
}
