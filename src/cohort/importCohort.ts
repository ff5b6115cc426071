/** Imports a public data set, or any table of pictures, as an annotation CSV. */
import type { z } from "zod";
import { DeeplasiaError } from "../errors.js";
import { requireNew } from "../files/requireNew.js";
import type { ImportCohortOptions } from "../options/calls/importCohortOptions.js";
import { importCohortOptions } from "../options/cohort.js";
import { type PathArgument, pathArgument } from "../options/library.js";
import { requireArgument, requireOptions } from "../schema/checkValue.js";
import { importDha } from "./importDha.js";
import { importDicom } from "./importDicom.js";
import { importGeneric } from "./importGeneric.js";
import type { ImportedRow, ImportResult, LeftOut } from "./importResult.js";
import { importRsna } from "./importRsna.js";
import { annotationTable, originalSplitTable, writeTable } from "./tables.js";

/** The result of `importCohort`. */
export interface ImportedCohort {
  /** A row for each picture that can be used. */
  rows: ImportedRow[];
  /** Rows and pictures that were left out, by reason. */
  leftOut: LeftOut[];
  /** The number of those that cannot be used; the others were not wanted. */
  unusable: number;
  /** Notes for users of the rows. */
  notes: string[];
  /** Paths of the written files; none without rows or without `out`. */
  written: string[];
}

const setOf = (given: unknown) => (given as { set?: unknown } | null | undefined)?.set;

/**
 * Imports a data set as downloaded: `rsna`, the RSNA bone age challenge; `dha`, the Digital Hand Atlas;
 * `dicom`, a folder tree of DICOM files; or `generic`, any CSV of pictures with a `map` from fields to its columns. With
 * `out` the rows are written as an annotation CSV (`image_ID, dir, patient_ID, sex, bone_age` in months).
 *
 * @param source The folder of the data set; for `generic` the CSV.
 * @throws DeeplasiaError ERR_DEEPLASIA_OPTION, _USAGE for a folder without the data set, _CSV, _CSV_COLUMN, _OUTPUT;
 *   the signal's reason when it is aborted. Nothing is written then.
 */
export async function importCohort(
  source: PathArgument,
  given: ImportCohortOptions,
): Promise<ImportedCohort> {
  const path = requireArgument("source", pathArgument, source);
  const set = setOf(given);
  if (set === "rsna") return importRsnaSet(path, requireOptions(importCohortOptions.rsna, given));
  if (set === "dha") {
    const options = requireOptions(importCohortOptions.dha, given);
    return finish(await prepared(options, () => importDha(path, options)), options.out);
  }
  if (set === "dicom") {
    const options = requireOptions(importCohortOptions.dicom, given);
    return finish(await prepared(options, () => importDicom(path, options)), options.out);
  }
  if (set === "generic") {
    const options = requireOptions(importCohortOptions.generic, given);
    return finish(await prepared(options, () => importGeneric(path, options)), options.out);
  }
  throw new DeeplasiaError("ERR_DEEPLASIA_OPTION", `set ${JSON.stringify(set)} is not a data set`, {
    remedy: `Give set as one of ${Object.keys(importCohortOptions).join(", ")}.`,
  });
}

interface Output {
  out?: string | undefined;
  overwrite: boolean;
  signal?: AbortSignal | undefined;
}

async function prepared<T>({ out, overwrite, signal }: Output, body: () => Promise<T>): Promise<T> {
  signal?.throwIfAborted();
  if (out !== undefined) await requireNew(out, overwrite);
  const result = await body();
  signal?.throwIfAborted();
  return result;
}

async function importRsnaSet(
  folder: string,
  options: z.infer<typeof importCohortOptions.rsna>,
): Promise<ImportedCohort> {
  const { out, splits, overwrite } = options;
  if (splits !== undefined) await requireNew(splits, overwrite);
  const outputs = [out, splits].filter((file) => file !== undefined);
  const result = await prepared(options, () => importRsna(folder, { ...options, outputs }));
  const imported = await finish(result, out);
  if (splits === undefined || result.rows.length === 0) return imported;
  await writeTable(splits, originalSplitTable(result.rows, "rsna_original"));
  return { ...imported, written: [...imported.written, splits] };
}

async function finish(result: ImportResult, out: string | undefined): Promise<ImportedCohort> {
  const { rows, leftOut, unusable, notes } = result;
  if (out === undefined || rows.length === 0) return { rows, leftOut, unusable, notes, written: [] };
  await writeTable(out, annotationTable(rows));
  return { rows, leftOut, unusable, notes, written: [out] };
}
