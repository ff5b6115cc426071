/** The summary of a run: counts, error against the truth, speed. */

import { durationText } from "../console/progress.js";
import { BONE_AGE_MONTHS } from "../contract/plausible.js";
import { plural } from "../plural.js";
import { AbsoluteDeviations } from "../statistics/deviations.js";
import { isOutside } from "./ageWatch.js";
import { type AnyRecord, type FailureRecord, isFailure } from "./record.js";

/** Counts, speed and error of a run. */
export interface Summary {
  /** All rows: predicted, failed and dropped. */
  rows: number;
  /** Rows with a prediction. */
  predicted: number;
  /** Rows that failed. */
  failed: number;
  /** Rows without a mask where masks are used. */
  dropped: number;
  /** Number of failed and dropped rows by error code. */
  failuresByCode: Record<string, number>;
  /** The first row without a prediction; null if all have one. */
  firstFailure: FailureRecord | null;
  /** The first row without one of each code. */
  firstFailures: Record<string, FailureRecord>;
  /** Predicted rows with a bone age that no child has, below 0 or above 240 months. */
  outside: number;
  /** Predicted rows whose true bone age is known. */
  withTruth: number;
  /** Mean absolute deviation of prediction from truth in months; null without truth. */
  madMonths: number | null;
  /** The same of each member of an ensemble; empty for one model. */
  members: {
    /** The member's name. */
    name: string;
    /** Its mean absolute deviation, months; null without truth. */
    madMonths: number | null;
  }[];
  /** Predicted rows whose sex the sex model predicted. */
  sexPredicted: number;
  /** Predicted rows whose sex is that of a DICOM header. */
  sexFromHeader: number;
  /** Predicted rows whose picture was turned. */
  turned: number;
  /** Predicted rows whose picture was inverted. */
  inverted: number;
  /** Predicted rows with flags of the quality checks. */
  flagged: number;
  /** Rows that an earlier run predicted. */
  resumedRows: number;
  /** Duration of this run. */
  seconds: number;
  /** Rows of this run a second. */
  picturesPerSecond: number;
}

export class SummaryBuilder {
  private predicted = 0;
  private dropped = 0;
  private resumedRows = 0;
  private sexPredicted = 0;
  private sexFromHeader = 0;
  private outside = 0;
  private turned = 0;
  private inverted = 0;
  private flagged = 0;
  private readonly deviations = new AbsoluteDeviations();
  private readonly ofMembers = new Map<string, AbsoluteDeviations>();
  private readonly byCode = new Map<string, number>();
  private readonly firsts = new Map<string, FailureRecord>();

  /** Counts a record. `resumed`: it is from an earlier run and does not count for the speed. */
  add(record: AnyRecord, resumed = false): void {
    if (resumed) this.resumedRows += 1;
    if (isFailure(record)) {
      this.byCode.set(record.code, (this.byCode.get(record.code) ?? 0) + 1);
      this.firsts.set(record.code, firstOf([record, this.firsts.get(record.code) ?? record])!);
      if (record.dropped) this.dropped += 1;
      return;
    }
    this.predicted += 1;
    if (record.sexPredicted) this.sexPredicted += 1;
    if (record.sexFromHeader) this.sexFromHeader += 1;
    if (isOutside(record.ageMonths)) this.outside += 1;
    const { oriented, quality, ageMonths, boneAgeMonths: truth } = record;
    if (oriented?.some((how) => how !== "inverted")) this.turned += 1;
    if (oriented?.includes("inverted")) this.inverted += 1;
    if (quality !== null && quality.length > 0) this.flagged += 1;
    if (truth !== null) this.deviations.add(ageMonths, truth);
    if (!("members" in record)) return;
    for (const { name, ageMonths } of record.members) {
      const deviations = this.ofMembers.get(name) ?? new AbsoluteDeviations();
      if (truth !== null) deviations.add(ageMonths, truth);
      this.ofMembers.set(name, deviations);
    }
  }

  /** Failed rows so far, dropped ones not included. */
  get failed(): number {
    let count = 0;
    for (const ofCode of this.byCode.values()) count += ofCode;
    return count - this.dropped;
  }

  build(seconds: number): Summary {
    const { predicted, dropped, failed, sexPredicted, sexFromHeader, outside, resumedRows } = this;
    const { turned, inverted, flagged } = this;
    const rows = predicted + failed + dropped;
    return {
      rows,
      predicted,
      failed,
      dropped,
      failuresByCode: Object.fromEntries([...this.byCode].sort(([, a], [, b]) => b - a)),
      firstFailure: firstOf([...this.firsts.values()]),
      firstFailures: Object.fromEntries(this.firsts),
      outside,
      withTruth: this.deviations.count,
      madMonths: madOf(this.deviations),
      members: [...this.ofMembers].map(([name, own]) => ({ name, madMonths: madOf(own) })),
      sexPredicted,
      sexFromHeader,
      ...{ turned, inverted, flagged },
      resumedRows,
      seconds,
      picturesPerSecond: seconds > 0 ? (rows - resumedRows) / seconds : 0,
    };
  }
}

/** Returns the failure with the smallest row number, and the earlier one of two with the same. */
function firstOf(failures: readonly FailureRecord[]): FailureRecord | null {
  return failures.reduce<FailureRecord | null>((a, b) => (a === null || b.row < a.row ? b : a), null);
}

/** In months; null without truth. */
const madOf = ({ count, mean }: AbsoluteDeviations) => (count === 0 ? null : mean);

/** Returns the reason why no row has a prediction; null if one has. */
export function whyNothing({ rows, predicted, firstFailure }: Summary): string | null {
  if (rows === 0 || predicted > 0 || firstFailure === null) return null;
  const { row, file, message } = firstFailure;
  const where = message.includes(file) ? "" : `${file}: `;
  return `nothing was predicted of ${plural(rows, "row")}; the first, row ${row}: ${where}${message}`;
}

/** Returns the last lines of a run. */
export function formatSummary(summary: Summary): string {
  const { resumedRows, seconds, picturesPerSecond } = summary;
  const speed = `${picturesPerSecond.toFixed(1)} pictures a second, ${durationText(seconds)}`;
  const before = resumedRows > 0 ? ` (${plural(resumedRows, "row was", "rows were")} done before)` : "";
  return `${formatOutcome(summary)}\n${speed}${before}`;
}

/** Returns the same without times. */
export function formatOutcome(summary: Summary): string {
  const { rows, predicted, failed, dropped, sexPredicted, sexFromHeader, outside } = summary;
  const counts = [`${predicted} of ${plural(rows, "row")} predicted`, `${failed} failed`];
  if (dropped > 0) counts.push(`${dropped} left out for want of a mask`);
  const lines = [counts.join(", ")];
  for (const [code, count] of Object.entries(summary.failuresByCode))
    lines.push(`  ${code}: ${count}${exampleText(count, summary.firstFailures[code])}`);
  if (sexFromHeader > 0) lines.push(`the sex is that of the DICOM header in ${plural(sexFromHeader, "row")}`);
  if (sexPredicted > 0) lines.push(`the sex was predicted in ${plural(sexPredicted, "row")}`);
  if (outside > 0)
    lines.push(
      `${plural(outside, "bone age")} outside of ${BONE_AGE_MONTHS.least} to ${BONE_AGE_MONTHS.most} months`,
    );
  const { turned, inverted, flagged } = summary;
  if (turned > 0)
    lines.push(`${plural(turned, "picture was", "pictures were")} turned upright (column oriented)`);
  if (inverted > 0)
    lines.push(
      `the grey scale of ${plural(inverted, "picture was", "pictures were")} inverted (column oriented)`,
    );
  if (flagged > 0) lines.push(`${plural(flagged, "picture is", "pictures are")} doubtful (column quality)`);
  lines.push(...deviationLines(summary));
  return lines.join("\n");
}

function exampleText(count: number, first: FailureRecord | undefined): string {
  if (first === undefined) return "";
  const { row, file, message, remedy } = first;
  const place = message.includes(file) ? `row ${row}` : `row ${row}, ${file}`;
  const advice = remedy === undefined ? "" : `\n    ${remedy}`;
  return `; ${count > 1 ? "the first: " : ""}${place}: ${message}${advice}`;
}

/** Returns where rows without a prediction are listed; empty if there are none, or the output is no file. */
export function failureList({ failed, dropped }: Summary, outputPath: string): string {
  return failed + dropped === 0 || outputPath === "-" ? "" : `not predicted: ${outputPath}.failures.csv`;
}

/** Lines about the deviation from the truth; none where no truth is known. */
export function deviationLines({
  madMonths,
  withTruth,
  members,
}: Pick<Summary, "madMonths" | "withTruth" | "members">): string[] {
  if (madMonths === null) return [];
  return [
    `mean absolute deviation ${madMonths.toFixed(2)} months on ${plural(withTruth, "row")} with a known bone age`,
    ...members.map((member) => `  ${member.name}: ${member.madMonths?.toFixed(2)} months`),
  ];
}
