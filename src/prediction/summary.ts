/** What a run amounts to: counts, error against the truth, speed. */
import { durationText } from "../report/progress.js";
import { isFailure, type OutputRecord } from "./record.js";

export interface Summary {
  /** All rows: predicted, failed and dropped. */
  rows: number;
  predicted: number;
  failed: number;
  /** Rows without a mask where masks are used. */
  dropped: number;
  /** Number of failed and dropped rows by error code. */
  failuresByCode: Record<string, number>;
  /** Predicted rows whose true bone age is known. */
  withTruth: number;
  /** Mean absolute deviation of prediction from truth in months; null without truth. */
  madMonths: number | null;
  /** Rows that an earlier run did, of all. */
  resumedRows: number;
  seconds: number;
  /** Rows of this run a second. */
  picturesPerSecond: number;
}

export class SummaryBuilder {
  private predicted = 0;
  private dropped = 0;
  private resumedRows = 0;
  private withTruth = 0;
  private sumOfDeviationsMonths = 0;
  private readonly byCode = new Map<string, number>();

  /** Count a record; `resumed` if it is of an earlier run, so not of this one's speed. */
  add(record: OutputRecord, resumed = false): void {
    if (resumed) this.resumedRows += 1;
    if (isFailure(record)) {
      this.byCode.set(record.code, (this.byCode.get(record.code) ?? 0) + 1);
      if (record.dropped) this.dropped += 1;
      return;
    }
    this.predicted += 1;
    if (record.boneAgeMonths === null) return;
    this.withTruth += 1;
    this.sumOfDeviationsMonths += Math.abs(record.ageMonths - record.boneAgeMonths);
  }

  /** Failed rows so far, dropped ones not included. */
  get failed(): number {
    let count = 0;
    for (const ofCode of this.byCode.values()) count += ofCode;
    return count - this.dropped;
  }

  build(seconds: number): Summary {
    const { predicted, dropped, failed, withTruth, resumedRows } = this;
    const rows = predicted + failed + dropped;
    return {
      rows,
      predicted,
      failed,
      dropped,
      failuresByCode: Object.fromEntries([...this.byCode].sort(([, a], [, b]) => b - a)),
      withTruth,
      madMonths: withTruth === 0 ? null : this.sumOfDeviationsMonths / withTruth,
      resumedRows,
      seconds,
      picturesPerSecond: seconds > 0 ? (rows - resumedRows) / seconds : 0,
    };
  }
}

/** The closing lines of a run. */
export function formatSummary(summary: Summary): string {
  const { rows, predicted, failed, dropped, resumedRows, madMonths, withTruth, seconds, picturesPerSecond } =
    summary;
  const counts = [`${predicted} of ${rows} rows predicted`, `${failed} failed`];
  if (dropped > 0) counts.push(`${dropped} left out for want of a mask`);
  const lines = [counts.join(", ")];
  for (const [code, count] of Object.entries(summary.failuresByCode)) lines.push(`  ${code}: ${count}`);
  if (madMonths !== null) {
    lines.push(
      `mean absolute deviation ${madMonths.toFixed(2)} months on ${withTruth} rows with a known bone age`,
    );
  }
  const speed = `${picturesPerSecond.toFixed(1)} pictures a second, ${durationText(seconds)}`;
  lines.push(resumedRows > 0 ? `${speed} (${resumedRows} rows were done before)` : speed);
  return lines.join("\n");
}
