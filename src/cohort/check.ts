/** What is wrong with a cohort, before hours are spent on it. Reads the annotations once, as a stream. */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { type BadRow, type CohortRow, readAnnotations } from "../data/annotations.js";
import { DuplicateFinder } from "../data/duplicates.js";
import { mapInOrder } from "../data/lookAhead.js";
import { type Masks, openMasks, requireFolder } from "../data/masks.js";
import { openTable } from "../data/table.js";
import { toDeeplasiaError } from "../errors.js";
import { pathKind } from "../files.js";
import { decodePicture } from "../image/decode.js";
import { type ProgressEvent, ProgressMeter } from "../report/progress.js";
import { AgeCheck } from "./checkAges.js";
import { ContentCheck } from "./checkContent.js";
import { SplitCheck } from "./checkSplits.js";
import { type Finding, Findings } from "./findings.js";

export interface CheckOptions {
  imgDir: string;
  /** Empty, or `""` as the first: no masks. */
  maskDirs: readonly string[];
  /** Undefined: splits are not looked at. */
  splitCsv?: string | undefined;
  /** Empty: every column. */
  splitColumn: string;
  /** Whether pictures and masks are decoded, which takes as long as reading the cohort. */
  decode: boolean;
  /** Files that are looked at at once. */
  numWorkers: number;
  onProgress?: (event: ProgressEvent) => void;
}

export interface CheckResult {
  rows: number;
  pictures: number;
  findings: Finding[];
}

/** Throws ERR_DEEPLASIA_CSV, _CSV_COLUMN, _OPTION for files and folders that cannot be used at all. */
export async function checkCohort(annotations: string, options: CheckOptions): Promise<CheckResult> {
  await requireFolder(options.imgDir, "img_dir");
  const masks = await openMasks(options.maskDirs);
  const meter = new ProgressMeter(await countRows(annotations));
  const findings = new Findings();
  const { splitCsv, splitColumn } = options;
  const splits = splitCsv === undefined ? null : await SplitCheck.open(splitCsv, splitColumn, findings);
  const ages = new AgeCheck(findings);
  const content = new ContentCheck(findings);
  const seen = new DuplicateFinder();
  const sexes = new Map<string, string>();
  const result = { rows: 0, pictures: 0 };
  const rows = readAnnotations(annotations, { sexNeed: "ignored", requirePatientId: splits !== null });
  for await (const { row, files } of mapInOrder(rows, options.numWorkers, (row) =>
    lookAt(row, masks, options),
  )) {
    result.rows += 1;
    options.onProgress?.(meter.event(result.rows, 0));
    if ("error" in row) {
      findings.add("bad-row", row.row, row.error.message);
      continue;
    }
    const name = join(row.dir, row.imageId);
    const earlier = seen.add(row.dir, row.imageId, row.row);
    if (earlier !== null) findings.add("row-twice", row.row, `${name}, also row ${earlier}`);
    ages.add(row, name);
    checkSex(row, sexes, findings);
    splits?.add(row, name);
    for (const { kind, what } of files.findings) findings.add(kind, row.row, what);
    if (files.bytes === null) continue;
    result.pictures += 1;
    if (earlier === null)
      content.add({ row: row.row, name, path: join(options.imgDir, name), bytes: files.bytes });
  }
  ages.finish();
  await content.finish(options.numWorkers);
  return { ...result, findings: findings.all };
}

async function countRows(annotations: string): Promise<number> {
  let rows = 0;
  for await (const _ of (await openTable(annotations)).records()) rows += 1;
  return rows;
}

/** A patient whose rows say M and F has an error in one of them. */
function checkSex({ row, patientId, sex }: CohortRow, sexes: Map<string, string>, findings: Findings): void {
  if (patientId === "" || sex === null) return;
  const before = sexes.get(patientId);
  if (before === undefined) sexes.set(patientId, sex);
  else if (before !== sex)
    findings.add("sex-differs", row, `patient ${patientId}: ${sex}, in an earlier row ${before}`);
}

interface Files {
  /** Size of the picture; null if it is not there. */
  bytes: number | null;
  findings: Omit<Finding, "row">[];
}

async function lookAt(row: CohortRow | BadRow, masks: Masks, options: CheckOptions) {
  const files: Files = { bytes: null, findings: [] };
  if ("error" in row) return { row, files };
  const path = join(options.imgDir, row.dir, row.imageId);
  try {
    await lookAtFiles(path, row, masks, options, files);
  } catch (error) {
    files.findings.push({ kind: "picture-unreadable", what: `${path}: ${toDeeplasiaError(error).message}` });
  }
  return { row, files };
}

async function lookAtFiles(path: string, row: CohortRow, masks: Masks, options: CheckOptions, files: Files) {
  if ((await pathKind(path)) !== "file") {
    files.findings.push({ kind: "picture-missing", what: path });
    return;
  }
  files.bytes = (await stat(path)).size;
  const mask = await masks.find(row.dir, row.imageId);
  if (masks.used && mask === null) files.findings.push({ kind: "mask-missing", what: path });
  if (options.decode) await decodeBoth(path, mask, files);
}

async function decodeBoth(path: string, maskPath: string | null, files: Files): Promise<void> {
  const picture = await sizeOf(path, "image", files);
  if (maskPath === null) return;
  const mask = await sizeOf(maskPath, "mask", files);
  if (picture === null || mask === null || picture === mask) return;
  files.findings.push({ kind: "mask-size", what: `${maskPath}: ${mask}, the picture ${picture}` });
}

/** Width and height as text; null, and a finding, for what cannot be decoded. */
async function sizeOf(path: string, role: "image" | "mask", files: Files): Promise<string | null> {
  try {
    const { width, height } = await decodePicture(path, { role });
    return `${width} x ${height}`;
  } catch (error) {
    const kind = role === "image" ? "picture-unreadable" : "mask-unreadable";
    files.findings.push({ kind, what: `${path}: ${toDeeplasiaError(error).message}` });
    return null;
  }
}
