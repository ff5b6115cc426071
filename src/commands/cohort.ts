/** `cohort import|split|check`: from a public data set to rows, splits and a clean bill. */
import type { Command } from "commander";
import type { z } from "zod";
import { checkCohort } from "../cohort/checkCohort.js";
import { formatCheck, formatImport, formatSplit } from "../cohort/formatResults.js";
import { importDha } from "../cohort/importDha.js";
import { importDicom } from "../cohort/importDicom.js";
import { importGeneric, parseColumnMap } from "../cohort/importGeneric.js";
import type { ImportResult } from "../cohort/importResult.js";
import { importRsna } from "../cohort/importRsna.js";
import { splitCohort } from "../cohort/splitCohort.js";
import { annotationTable, originalSplitTable, writeTable } from "../cohort/tables.js";
import { createProgress } from "../console/progress.js";
import { DeeplasiaError } from "../errors.js";
import { requireNew } from "../files/requireNew.js";
import {
  checkOptions,
  importDhaOptions,
  importDicomOptions,
  importGenericOptions,
  importRsnaOptions,
  splitOptions,
} from "../options/cohort.js";
import { addOptions, readOptions } from "../options/flags.js";
import { EXIT } from "./exit.js";

export function registerCohort(program: Command): void {
  const cohort = program.command("cohort").description("make, split and check the CSVs that name a cohort");
  const imports = cohort
    .command("import")
    .description("an annotation CSV from a data set as it was downloaded");
  const rsna = imports
    .command("rsna")
    .description("RSNA bone age challenge: the folder with its tables and pictures");
  takes(rsna.argument("<folder>"), importRsnaOptions).action(rsnaCommand);
  const dha = imports.command("dha").description("Digital Hand Atlas: the folder with JPEGimages");
  takes(dha.argument("<folder>"), importDhaOptions).action(dhaCommand);
  const dicom = imports
    .command("dicom")
    .description(
      "a folder tree of DICOM files: sex and age from their headers, and nothing else of a patient",
    );
  takes(dicom.argument("<folder>"), importDicomOptions).action(dicomCommand);
  const generic = imports
    .command("generic")
    .description("any table of pictures: CSV, with commas, semicolons or tabs");
  takes(generic.argument("<table>"), importGenericOptions).action(genericCommand);
  const split = cohort
    .command("split")
    .description("a split CSV: patients kept together, parts alike in sex and age")
    .argument("<annotations>", "annotation CSV with patient_ID");
  takes(split, splitOptions).action(splitCommand);
  const check = cohort
    .command("check")
    .description("what is wrong with a cohort: exit code 0 if nothing is, else 3")
    .argument("<annotations>", "annotation CSV");
  takes(check, checkOptions).action(checkCommand);
}

function takes(command: Command, { shape }: z.ZodObject): Command {
  addOptions(command, shape, "Options:");
  return command;
}

type Parsed = Record<string, unknown>;

async function rsnaCommand(folder: string, parsed: Parsed): Promise<void> {
  const { splits, ...options } = readOptions(importRsnaOptions, parsed);
  for (const file of [options.out, splits]) if (file !== undefined) await requireNew(file, options.overwrite);
  const outputs = splits === undefined ? [options.out] : [options.out, splits];
  const result = await importRsna(folder, { ...options, outputs });
  await finishImport(result, options);
  if (splits !== undefined) await writeTable(splits, originalSplitTable(result.rows, "rsna_original"));
}

async function dhaCommand(folder: string, parsed: Parsed): Promise<void> {
  const options = readOptions(importDhaOptions, parsed);
  await requireNew(options.out, options.overwrite);
  await finishImport(await importDha(folder, options), options);
}

async function dicomCommand(folder: string, parsed: Parsed): Promise<void> {
  const options = readOptions(importDicomOptions, parsed);
  await requireNew(options.out, options.overwrite);
  await finishImport(await importDicom(folder, options), options);
}

async function genericCommand(table: string, parsed: Parsed): Promise<void> {
  const options = readOptions(importGenericOptions, parsed);
  const map = parseColumnMap(options.map);
  await requireNew(options.out, options.overwrite);
  await finishImport(await importGeneric(table, { ...options, map }), options);
}

/** Exit code 3 if something could not be used; the report says what. Without any row nothing is written. */
async function finishImport(
  result: ImportResult,
  { out, json }: { out: string; json: boolean },
): Promise<void> {
  const { rows, notes, leftOut } = result;
  if (rows.length > 0) await writeTable(out, annotationTable(rows));
  print(json ? { out, rows: rows.length, leftOut, notes } : formatImport(result, out));
  requireRows(rows.length);
  process.exitCode = result.unusable > 0 ? EXIT.rowsFailed : EXIT.done;
}

function requireRows(count: number): void {
  if (count > 0) return;
  throw new DeeplasiaError("ERR_DEEPLASIA_USAGE", "no row can be used; nothing is written", {
    remedy: "The report above says why.",
  });
}

async function splitCommand(annotations: string, parsed: Parsed): Promise<void> {
  const options = readOptions(splitOptions, parsed);
  const isHeldOut = options.folds > 0 || options.testPatients !== undefined;
  const test = options.test ?? (isHeldOut ? 0 : 0.1);
  await requireNew(options.out, options.overwrite);
  const { columns, rows, summary, leftOut } = await splitCohort(annotations, { ...options, test });
  if (rows.length > 0) await writeTable(options.out, { columns, rows });
  print(
    options.json
      ? { out: options.out, schemes: summary, leftOut }
      : formatSplit(summary, leftOut, options.out),
  );
  requireRows(rows.length);
  process.exitCode = leftOut.length > 0 ? EXIT.rowsFailed : EXIT.done;
}

async function checkCommand(annotations: string, parsed: Parsed): Promise<void> {
  const { progress: kind, json, ...options } = readOptions(checkOptions, parsed);
  const progress = createProgress(kind);
  const result = await checkCohort(annotations, {
    ...options,
    onProgress: (event) => progress.update(event),
  });
  progress.finish();
  print(json ? { annotations, ...result } : formatCheck(result, annotations));
  process.exitCode = result.findings.length > 0 ? EXIT.rowsFailed : EXIT.done;
}

function print(report: string | object): void {
  process.stdout.write(typeof report === "string" ? report : `${JSON.stringify(report, null, 2)}\n`);
}
