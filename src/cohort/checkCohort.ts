/** Checks a cohort before hours are spent on it. The annotations are read as a stream. */

import { join } from "node:path";
import type { z } from "zod";
import { ProgressMeter } from "../console/progress.js";
import { type BadRow, type CohortRow, readAnnotations } from "../data/annotations.js";
import { DuplicateFinder } from "../data/duplicateFinder.js";
import { addTo, factsOf } from "../data/duplicates.js";
import { Locator } from "../data/locator.js";
import { mapInOrder } from "../data/mapInOrder.js";
import { openMasks, requireFolder } from "../data/masks.js";
import { ReadingNotes } from "../data/readingNotes.js";
import { openTable } from "../data/table.js";
import { findColumn } from "../data/tableColumns.js";
import type { CheckCohortOptions } from "../options/calls/checkCohortOptions.js";
import { checkCohortOptions } from "../options/cohort.js";
import { type PathArgument, pathArgument } from "../options/library.js";
import { requireArgument, requireOptions } from "../schema/checkValue.js";
import { AgeCheck } from "./checkAges.js";
import { ContentCheck } from "./checkContent.js";
import { checkRow } from "./checkRow.js";
import { SplitCheck } from "./checkSplits.js";
import { type Finding, Findings } from "./findings.js";

/** The result of `checkCohort`. */
export interface CheckResult {
  /** Rows of the annotations. */
  rows: number;
  /** Pictures that were found. */
  pictures: number;
  /** All that was found, in the order of the rows. */
  findings: Finding[];
  /** Converted values and names in another form, which are no findings. */
  notes: string[];
}

/**
 * Checks a cohort before hours are spent on it: finds reasons why `predict` or `train` would leave rows out, and reasons to
 * distrust their results.
 *
 * @param annotations The annotation CSV.
 * @returns The findings. A cohort with findings is not an error.
 * @throws DeeplasiaError ERR_DEEPLASIA_CSV, _CSV_COLUMN, _OPTION for files and folders that cannot be used at all; the
 *   signal's reason when it is aborted.
 */
export async function checkCohort(
  annotations: PathArgument,
  given: CheckCohortOptions,
): Promise<CheckResult> {
  const file = requireArgument("annotations", pathArgument, annotations);
  return check(file, requireOptions(checkCohortOptions, given));
}

async function check(annotations: string, options: z.infer<typeof checkCohortOptions>): Promise<CheckResult> {
  const { imgDir, splitCsv, splitColumn, numWorkers, decode, signal } = options;
  signal?.throwIfAborted();
  await requireFolder(imgDir, "imgDir");
  const masks = await openMasks(options.maskDirs);
  const findings = new Findings();
  const splits = splitCsv === undefined ? null : await SplitCheck.open(splitCsv, splitColumn, findings);
  const columns = await columnsOf(annotations, findings);
  const reading = new ReadingNotes();
  const { rows: total, named } = await namesIn(annotations, reading);
  const meter = new ProgressMeter(total);
  const locator = new Locator(imgDir, masks, (dir, imageId) => named.has(dir, imageId));
  const ages = new AgeCheck(findings);
  const content = new ContentCheck(findings);
  const seen = new DuplicateFinder();
  const sexes = new Map<string, string>();
  const unread = new Set<number>();
  const result = { rows: 0, pictures: 0 };
  const rows = readAnnotations(annotations, {
    sexNeed: columns.sex ? "needed" : "ignored",
    requirePatientId: splits !== null,
    onUnreadAge: (row, text) => {
      unread.add(row);
      findings.add("age-unread", row, `"${text}"`);
    },
  });
  const checked = mapInOrder(rows, numWorkers, async (row) => {
    const agesMatter = columns.boneAge && !unread.has(row.row);
    const path = join(imgDir, row.dir, row.imageId);
    return { given: row, ...(await checkRow(row, path, { locator, file: annotations, agesMatter, decode })) };
  });
  for await (const { given, row, picture, findings: ofRow } of checked) {
    signal?.throwIfAborted();
    result.rows += 1;
    options.onProgress?.(meter.event(result.rows, 0));
    for (const { kind, what } of ofRow) findings.add(kind, given.row, what);
    const name = join(given.dir, given.imageId);
    const earlier = checkTwice(seen, given, name, findings);
    if (row !== null) {
      ages.add(row, name);
      checkSex(row, sexes, findings);
      splits?.add(row, name);
    }
    if (picture === null) continue;
    result.pictures += 1;
    if (earlier === null) content.add({ row: given.row, name, ...picture });
  }
  ages.finish();
  await content.finish(numWorkers);
  const notes = [...reading.notes(), ...locator.notes(), ...columns.notes];
  return { ...result, findings: findings.all, notes };
}

/** Returns which optional columns the file has, and adds findings and notes about missing ones. */
async function columnsOf(annotations: string, findings: Findings) {
  const table = await openTable(annotations);
  const has = (...names: string[]) => names.some((name) => findColumn(table, name) >= 0);
  const columns = { sex: has("sex", "male"), boneAge: has("bone_age") };
  if (!columns.sex) findings.add("column-missing", null, "sex: most models need it, and train does");
  const notes = columns.boneAge ? [] : ["there is no column bone_age: predict needs none, but train does"];
  return { ...columns, notes };
}

/** Counts the rows and collects all pictures that they name. */
async function namesIn(annotations: string, { watch: { onForeign } }: ReadingNotes) {
  const named = new DuplicateFinder();
  let rows = 0;
  const all = readAnnotations(annotations, { sexNeed: "ignored", onForeign, onUnreadAge: () => {} });
  for await (const row of all) {
    rows += 1;
    addTo(named, row);
  }
  return { rows, named };
}

/** Checks whether an earlier row names the same picture. Returns that row; null if there is none. */
function checkTwice(seen: DuplicateFinder, row: CohortRow | BadRow, name: string, findings: Findings) {
  const earlier = addTo(seen, row);
  if (earlier === null) return null;
  findings.add("row-twice", row.row, `${name}, also row ${earlier}`);
  if (!("error" in row) && seen.differs(row.dir, row.imageId, factsOf(row)))
    findings.add("row-differs", row.row, `${name}: another sex or bone age than row ${earlier}`);
  return earlier;
}

/** Adds a finding if an earlier row gives the patient another sex. */
function checkSex({ row, patientId, sex }: CohortRow, sexes: Map<string, string>, findings: Findings): void {
  if (patientId === "" || sex === null) return;
  const before = sexes.get(patientId);
  if (before === undefined) sexes.set(patientId, sex);
  else if (before !== sex)
    findings.add("sex-differs", row, `patient ${patientId}: ${sex}, but ${before} in an earlier row`);
}
