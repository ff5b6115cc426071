import { posix } from "node:path";
import { csvLines } from "../../data/csvLines.js";
import type { DeeplasiaError } from "../../errors.js";
import { writeFileAtomic } from "../../files/writeFileAtomic.js";
import { FAILURE_COLUMNS } from "../../predictionFiles/columns.js";
import type { Hook, HookState } from "../hook.js";

interface FailedRow {
  /** Number of the row in the annotations, from 1. */
  row: number;
  dir: string;
  imageId: string | null;
}

/** A line of the file: row number, picture, code, message. */
export type FailureLine = string[];

/** Writes `failures.csv`: each picture that a run could not use, once, with the reason. */
export class Failures implements Hook {
  readonly name = "failures";
  private readonly lines = new Map<number, FailureLine>();
  private notShared: FailureLine[] = [];
  private isNew = false;

  constructor(private readonly file: string) {}

  /** Adds a failed row. Returns false for a row that is known already. */
  add({ row, dir, imageId }: FailedRow, { code, message }: DeeplasiaError): boolean {
    if (this.lines.has(row)) return false;
    const line = [String(row), posix.join(dir, imageId ?? ""), code, message];
    this.notShared.push(line);
    this.addLines([line]);
    return true;
  }

  /** Adds rows that failed in another process. */
  addLines(lines: readonly FailureLine[]): void {
    for (const line of lines) {
      const row = Number(line[0]);
      if (this.lines.has(row)) continue;
      this.lines.set(row, line);
      this.isNew = true;
    }
  }

  /** Returns the rows that failed in this process since the last call, for the other processes. */
  takeNew(): FailureLine[] {
    return this.notShared.splice(0);
  }

  /** Writes the file if there are new rows. Throws ERR_DEEPLASIA_OUTPUT. */
  async write(): Promise<void> {
    if (!this.isNew) return;
    const lines = [...this.lines].sort(([a], [b]) => a - b).map(([, line]) => line);
    await writeFileAtomic(this.file, csvLines([FAILURE_COLUMNS, ...lines]));
    this.isNew = false;
  }

  afterEpoch(): Promise<void> {
    return this.write();
  }

  state(): HookState {
    return { lines: [...this.lines.values()] };
  }

  /** Rows that this process has added already stay. */
  restore({ lines }: HookState): void {
    for (const line of lines as string[][]) this.lines.set(Number(line[0]), line);
    this.isNew = this.lines.size > 0;
  }
}
