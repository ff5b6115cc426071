/** `failures.csv`: pictures that a run could not use, each once, with the reason. */
import { posix } from "node:path";
import { csvLines } from "../../data/csvLines.js";
import type { DeeplasiaError } from "../../errors.js";
import { writeFileAtomic } from "../../files.js";
import { FAILURE_COLUMNS } from "../../predictionFiles/columns.js";
import type { Hook, HookState } from "../hook.js";

interface FailedRow {
  /** In the annotations, counted from 1. */
  row: number;
  dir: string;
  imageId: string | null;
}

/** Row number, file, code, message. */
export type FailureLine = string[];

export class Failures implements Hook {
  readonly name = "failures";
  private readonly lines = new Map<number, FailureLine>();
  private untold: FailureLine[] = [];
  private isNew = false;

  constructor(private readonly file: string) {}

  /** Whether it was not known before. */
  add({ row, dir, imageId }: FailedRow, { code, message }: DeeplasiaError): boolean {
    if (this.lines.has(row)) return false;
    const line = [String(row), posix.join(dir, imageId ?? ""), code, message];
    this.untold.push(line);
    this.take([line]);
    return true;
  }

  /** Those of another process. */
  take(lines: readonly FailureLine[]): void {
    for (const line of lines) {
      const row = Number(line[0]);
      if (this.lines.has(row)) continue;
      this.lines.set(row, line);
      this.isNew = true;
    }
  }

  /** Those of this process that the others have not been told. */
  tell(): FailureLine[] {
    return this.untold.splice(0);
  }

  /** Write what has come since the last time. Throws ERR_DEEPLASIA_OUTPUT. */
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

  /** Those that this process has met already stay. */
  restore({ lines }: HookState): void {
    for (const line of lines as string[][]) this.lines.set(Number(line[0]), line);
    this.isNew = this.lines.size > 0;
  }
}
