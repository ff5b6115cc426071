/** The rows of `annotations.csv` while a cohort is drawn, in a file of their own, so that a resumed run draws none of them again. */
import { appendFile, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { isSystemError } from "../errors.js";
import { outputError } from "../files/outputError.js";
import { writeFileAtomic } from "../files/writeFileAtomic.js";

export const ANNOTATIONS_NAME = "annotations.csv";
const UNFINISHED_NAME = "annotations.unfinished.csv";

export class DrawnRows {
  private constructor(
    private readonly file: string,
    /** What an earlier run drew, as lines with their ends. */
    private readonly rows: readonly string[],
  ) {}

  /** Takes the rows of an earlier run, finished or not, whichever has more. `columns`: the first line. Throws `ERR_DEEPLASIA_OUTPUT`. */
  static async open(folder: string, columns: string): Promise<DrawnRows> {
    const names = [ANNOTATIONS_NAME, UNFINISHED_NAME];
    const found = await Promise.all(names.map((name) => rowsOf(join(folder, name), columns)));
    const [finished, unfinished] = found as [string[], string[]];
    const rows = unfinished.length > finished.length ? unfinished : finished;
    const file = join(folder, UNFINISHED_NAME);
    // Without the half of a line that a killed run may have left.
    await writeFileAtomic(file, columns + rows.join(""));
    return new DrawnRows(file, rows);
  }

  /** The row of a picture, whose name it begins with; undefined where an earlier run did not come to it. */
  row(index: number, name: string): string | undefined {
    const row = this.rows[index];
    return row?.startsWith(`${name},`) === true ? row : undefined;
  }

  /** Keeps the next row. Throws `ERR_DEEPLASIA_OUTPUT`. */
  async note(index: number, row: string): Promise<void> {
    if (index < this.rows.length) return;
    try {
      await appendFile(this.file, row);
    } catch (error) {
      throw outputError(error, this.file);
    }
  }

  /** The CSV has all rows now. */
  async close(): Promise<void> {
    await rm(this.file, { force: true });
  }
}

/** The whole lines behind the first one, which must be `columns`. */
async function rowsOf(file: string, columns: string): Promise<string[]> {
  try {
    const text = await readFile(file, "utf8");
    if (!text.startsWith(columns)) return [];
    return text.slice(columns.length).match(/.*\n/g) ?? [];
  } catch (error) {
    if (isSystemError(error, "ENOENT")) return [];
    throw outputError(error, file);
  }
}
