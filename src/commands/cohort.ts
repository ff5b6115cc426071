/** `cohort import|split|check`: the CSVs of a cohort. */
import type { Command } from "commander";
import type { z } from "zod";
import { checkCohort } from "../cohort/checkCohort.js";
import { type ImportedCohort, importCohort } from "../cohort/importCohort.js";
import { splitCohort } from "../cohort/splitCohort.js";
import { createProgress, type ProgressEvent } from "../console/progress.js";
import { DeeplasiaError } from "../errors.js";
import {
  checkFlags,
  importDhaFlags,
  importDicomFlags,
  importGenericFlags,
  importRsnaFlags,
  splitFlags,
} from "../options/cohort.js";
import { addOptions, readOptions } from "../options/flags.js";
import { columnMap } from "./columnMap.js";
import { EXIT } from "./exit.js";
import { formatCheck, formatImport, formatSplit } from "./formatCohort.js";
import { inFlags } from "./inFlags.js";
import { placesUsed } from "./referenceDefaults.js";

export function defineCohort(cohort: Command): void {
  const imports = cohort
    .command("import")
    .description("make an annotation CSV from a data set as it was downloaded");
  const rsna = imports
    .command("rsna")
    .description("RSNA bone age challenge: the folder with its tables and pictures");
  takes(rsna.argument("<folder>"), importRsnaFlags).action(rsnaCommand);
  const dha = imports.command("dha").description("Digital Hand Atlas: the folder with JPEGimages");
  takes(dha.argument("<folder>"), importDhaFlags).action(dhaCommand);
  const dicom = imports
    .command("dicom")
    .description(
      "a folder tree of DICOM files: sex and age from their headers, and nothing else of a patient",
    );
  takes(dicom.argument("<folder>"), importDicomFlags).action(dicomCommand);
  const generic = imports
    .command("generic")
    .description("any table of pictures: CSV, with commas, semicolons or tabs");
  takes(generic.argument("<table>"), importGenericFlags).action(genericCommand);
  const split = cohort
    .command("split")
    .description("make a split CSV: patients stay together, parts are alike in sex and age")
    .argument("<annotations>", "annotation CSV with patient_ID");
  takes(split, splitFlags).action(splitCommand);
  const check = cohort
    .command("check")
    .description("find faults of a cohort: exit code 0 if there are none, else 3")
    .argument("<annotations>", "annotation CSV");
  takes(check, checkFlags).action(checkCommand);
}

function takes(command: Command, { shape }: z.ZodObject): Command {
  addOptions(command, shape, "Options:");
  return command;
}

type Parsed = Record<string, unknown>;

async function rsnaCommand(folder: string, parsed: Parsed): Promise<void> {
  const { json, ...options } = readOptions(importRsnaFlags, parsed);
  report(await importCohort(folder, { set: "rsna", ...options }), options.out, json);
}

async function dhaCommand(folder: string, parsed: Parsed): Promise<void> {
  const { json, ...options } = readOptions(importDhaFlags, parsed);
  report(await importCohort(folder, { set: "dha", ...options }), options.out, json);
}

async function dicomCommand(folder: string, parsed: Parsed): Promise<void> {
  const { json, ...options } = readOptions(importDicomFlags, parsed);
  report(await importCohort(folder, { set: "dicom", ...options }), options.out, json);
}

async function genericCommand(table: string, parsed: Parsed): Promise<void> {
  const { json, map, ...options } = readOptions(importGenericFlags, parsed);
  const imported = await importCohort(table, { set: "generic", ...options, map: columnMap(map) });
  report(imported, options.out, json);
}

/** Exit code 3 if something could not be used. Throws if no row is left. */
function report(imported: ImportedCohort, out: string, json: boolean): void {
  const { rows, leftOut, notes, unusable } = imported;
  print(
    json
      ? { out, rows: rows.length, leftOut, notes: notes.map(inFlags) }
      : inFlags(formatImport(imported, out)),
  );
  requireRows(rows.length);
  process.exitCode = unusable > 0 ? EXIT.rowsFailed : EXIT.done;
}

function requireRows(count: number): void {
  if (count > 0) return;
  throw new DeeplasiaError("ERR_DEEPLASIA_USAGE", "no row can be used: nothing is written", {
    remedy: "The report above gives the reasons.",
  });
}

async function splitCommand(annotations: string, parsed: Parsed): Promise<void> {
  const { json, ...options } = readOptions(splitFlags, parsed);
  const { rows, summary, leftOut } = await splitCohort(annotations, options);
  const { out } = options;
  print(json ? { out, schemes: summary, leftOut } : formatSplit(summary, leftOut, out));
  requireRows(rows.length);
  process.exitCode = leftOut.length > 0 ? EXIT.rowsFailed : EXIT.done;
}

async function checkCommand(annotations: string, parsed: Parsed): Promise<void> {
  const { progress: kind, json, ...options } = readOptions(checkFlags, parsed);
  const places = placesUsed(parsed, { ...options, annotationCsv: annotations, splitColumn: "" });
  if (places !== null) process.stderr.write(`${places}\n`);
  const progress = createProgress(kind);
  const onProgress = (event: ProgressEvent) => progress.update(event);
  const result = await checkCohort(annotations, { ...options, onProgress });
  progress.finish();
  print(json ? { annotations, ...result } : formatCheck(result, annotations));
  process.exitCode = result.findings.length > 0 ? EXIT.rowsFailed : EXIT.done;
}

function print(text: string | object): void {
  process.stdout.write(typeof text === "string" ? text : `${JSON.stringify(text, null, 2)}\n`);
}
