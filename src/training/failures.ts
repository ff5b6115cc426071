/** `failures.csv`: pictures that a run could not use, each once, with the reason. */
import { posix } from "node:path";
import { csvLines } from "../data/csvLines.js";
import type { DeeplasiaError } from "../errors.js";
import { writeFileAtomic } from "../files.js";
import { FAILURE_COLUMNS } from "../prediction/columns.js";
import type { Hook, HookState } from "./hooks.js";

interface FailedRow {
  /** In the annotations, counted from 1. */
  row: number;
  dir: string;
  imageId: string | null;
}

export class Failures implements Hook {
  readonly name = "failures";
  private readonly lines = new Map<number, string[]>();
  private isNew = false;

  constructor(private readonly file: string) {}

  /** Whether it was not known before. */
  add({ row, dir, imageId }: FailedRow, { code, message }: DeeplasiaError): boolean {
    if (this.lines.has(row)) return false;
    this.lines.set(row, [String(row), posix.join(dir, imageId ?? ""), code, message]);
    this.isNew = true;
    return true;
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
