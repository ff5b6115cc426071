/**
 * Imports a tree of DICOM files: a row for each picture, with sex and age from its header. No other attribute of a patient
 * is read, so pictures are not grouped by patient.
 */
import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join, posix } from "node:path";
import { mapInOrder } from "../data/mapInOrder.js";
import { readInWorker } from "../dicom/decoderPool.js";
import { type PatientFacts, writtenAge } from "../dicom/patient.js";
import { DeeplasiaError, toDeeplasiaError } from "../errors.js";
import { isDicom } from "../files/isDicom.js";
import { ImportResult } from "./importResult.js";
import { PictureIndex } from "./pictureIndex.js";

/** The options of `importDicom`. */
export interface DicomImportOptions {
  /** Pictures with these names, with or without extension, are left out. */
  exclude: readonly string[];
  signal?: AbortSignal | undefined;
}

/**
 * Makes a row for every DICOM picture below `folder`. The bone age stays empty; `chronological_age` is the age at the
 * study in months, and `age_from` its source: `dates` (birth and study) or `PatientAge`.
 *
 * @throws DeeplasiaError ERR_DEEPLASIA_USAGE if it is not a folder or has no pictures.
 */
export async function importDicom(
  folder: string,
  { exclude, signal }: DicomImportOptions,
): Promise<ImportResult> {
  const result = new ImportResult();
  const pictures = await PictureIndex.of(folder);
  if (pictures.note !== null) result.notes.push(pictures.note);
  const excluded = new Set(exclude);
  const read = async (path: string) => ({ path, found: await headerOf(join(folder, path)) });
  for await (const { path, found } of mapInOrder(pictures.paths, 2 * availableParallelism(), read)) {
    signal?.throwIfAborted();
    const { base, name } = posix.parse(path);
    if (excluded.has(base) || excluded.has(name) || excluded.has(path)) result.leaveOut("excluded", path);
    else if (found === null) result.leaveOut("not a DICOM file", path);
    else if (found instanceof DeeplasiaError) result.skip(found.message, path);
    else addRow(path, found, result);
  }
  addNotes(result);
  return result;
}

/** Resolves to the facts in a header, null for a file of another format, or the reason why the file cannot be used. */
async function headerOf(file: string): Promise<PatientFacts | DeeplasiaError | null> {
  try {
    const bytes = await readFile(file);
    return isDicom(bytes) ? await readInWorker("patient", bytes) : null;
  } catch (error) {
    return toDeeplasiaError(error);
  }
}

function addRow(path: string, facts: PatientFacts, result: ImportResult): void {
  const { dir, base, name } = posix.parse(path);
  const more = { chronological_age: String(writtenAge(facts) ?? ""), age_from: facts.ageFrom ?? "" };
  result.rows.push({ imageId: base, dir, patientId: name, sex: facts.sex, boneAgeMonths: null, more });
}

function addNotes(result: ImportResult): void {
  const { rows, notes } = result;
  const withoutSex = rows.filter(({ sex }) => sex === null).length;
  const withoutAge = rows.filter(({ more }) => more?.chronological_age === "").length;
  if (withoutSex > 0)
    notes.push(`${withoutSex} of ${rows.length} headers give no sex (empty, O or another word)`);
  if (withoutAge > 0) notes.push(`${withoutAge} of ${rows.length} headers give no age`);
  notes.push("patients are not identified: each picture counts as a separate patient");
  notes.push("the bone age is empty: DICOM headers have none");
}
