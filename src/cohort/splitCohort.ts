/** Makes split CSVs from annotations: `patient_ID, dir` and a column with train, val or test for each scheme. */

import { type BadRow, type CohortRow, readAnnotations, whyUntrainable } from "../data/annotations.js";
import { openTable } from "../data/table.js";
import { columnIndex, findColumn } from "../data/tableColumns.js";
import { DeeplasiaError } from "../errors.js";
import { requireNew } from "../files/requireNew.js";
import type { SplitCohortOptions } from "../options/calls/splitCohortOptions.js";
import { splitCohortOptions } from "../options/cohort.js";
import { type PathArgument, pathArgument } from "../options/library.js";
import { requireArgument, requireOptions } from "../schema/checkValue.js";
import { assignParts, type Patient } from "./assignParts.js";
import { writeTable } from "./tables.js";

interface SplitOptions {
  /** Name of the column; with folds the columns are `<scheme>_0` and so on. */
  scheme: string;
  seed: number;
  /** Share of the pictures in `val`, 0 to 1. */
  val: number;
  /** Share of the pictures in `test`, 0 to 1. */
  test: number;
  /** 0 for one column. Otherwise one column for each fold, which is `val` there and `train` in the other columns. */
  folds: number;
  bandMonths: number;
  /** A CSV with patients that are `test`, whatever the shares. */
  testPatients?: string | undefined;
  signal?: AbortSignal | undefined;
}

/** The name of a part. */
export type PartName = "train" | "val" | "test";

/** What a part contains. */
export interface PartCounts {
  /** Number of patients. */
  patients: number;
  /** Number of pictures. */
  pictures: number;
  /** Number of girls. */
  girls: number;
  /** Number of boys. */
  boys: number;
  /** Mean over the patients with a known age; null if there are none. */
  meanAgeMonths: number | null;
}

/** The result of `splitCohort`. */
export interface SplitResult {
  /** `patient_ID`, `dir`, and a column for each scheme. */
  columns: string[];
  /** `patient_ID`, `dir`, and the part in each scheme; in the order of the annotations, each pair once. */
  rows: string[][];
  /** Counts by scheme and part. */
  summary: Record<string, Partial<Record<PartName, PartCounts>>>;
  /** Rows that train would leave out, and why. */
  leftOut: {
    /** The data row, from 1. */
    row: number;
    /** The reason. */
    why: string;
  }[];
  /** Path of the written file; null without `out` or without rows. */
  written: string | null;
}

interface Cohort {
  patients: Map<string, Patient>;
  /** Pairs of patient and folder. */
  keys: Map<string, [patientId: string, dir: string]>;
  leftOut: SplitResult["leftOut"];
}

/**
 * Splits a cohort into train, val and test, or into folds. All pictures of a patient are in one part, and the parts are
 * balanced in sex and age. With `out` the split is written as a CSV.
 *
 * @param annotations The annotation CSV, with `patient_ID`.
 * @throws DeeplasiaError ERR_DEEPLASIA_OPTION, _CSV, _CSV_COLUMN, _OUTPUT; the signal's reason when it is aborted. Nothing is
 *   written then.
 */
export async function splitCohort(
  annotations: PathArgument,
  given: SplitCohortOptions = {},
): Promise<SplitResult> {
  const file = requireArgument("annotations", pathArgument, annotations);
  const { out, overwrite, ...options } = requireOptions(splitCohortOptions, given);
  const isHeldOut = options.folds > 0 || options.testPatients !== undefined;
  options.signal?.throwIfAborted();
  if (out !== undefined) await requireNew(out, overwrite);
  const split = await splitRows(file, { ...options, test: options.test ?? (isHeldOut ? 0 : 0.1) });
  if (out === undefined || split.rows.length === 0) return { ...split, written: null };
  await writeTable(out, split);
  return { ...split, written: out };
}

async function splitRows(annotations: string, options: SplitOptions): Promise<Omit<SplitResult, "written">> {
  checkShares(options);
  const { patients, keys, leftOut } = await readPatients(annotations, options.signal);
  const fixed = options.testPatients === undefined ? new Set<string>() : await readIds(options.testPatients);
  const free = [...patients.values()].filter(({ id }) => !fixed.has(id));
  const partOf = options.folds > 0 ? foldParts(free, options) : singleParts(free, options);
  const schemes = [...partOf.keys()];
  const part = (scheme: string, id: string): PartName => partOf.get(scheme)!.get(id) ?? "test";
  return {
    columns: ["patient_ID", "dir", ...schemes],
    rows: [...keys.values()].map(([id, dir]) => [id, dir, ...schemes.map((scheme) => part(scheme, id))]),
    summary: Object.fromEntries(
      schemes.map((scheme) => [scheme, summarise([...patients.values()], (id) => part(scheme, id))]),
    ),
    leftOut,
  };
}

function checkShares({ val, test, folds, testPatients }: SplitOptions): void {
  if (test > 0 && testPatients !== undefined) {
    throw new DeeplasiaError("ERR_DEEPLASIA_OPTION", "test and testPatients both choose the test part", {
      remedy: "Give one of them.",
    });
  }
  if (folds === 0 && val + test < 1) return;
  if (folds > 1 && test < 1) return;
  const what =
    folds === 1
      ? "`folds: 1`: nothing is left to train on"
      : `\`val: ${val}\` and \`test: ${test}\`: nothing is left to train on`;
  throw new DeeplasiaError("ERR_DEEPLASIA_OPTION", what, {
    remedy: "Give shares that add up to less than 1, and 2 folds or more.",
  });
}

/** The part of each patient by scheme, apart from the patients in `testPatients`. */
type Schemes = Map<string, Map<string, PartName>>;

function singleParts(patients: readonly Patient[], options: SplitOptions): Schemes {
  const { val, test, scheme } = options;
  const names = ["train", "val", "test"] as const;
  const parts = assignParts(patients, [1 - val - test, val, test], options);
  return new Map([[scheme, new Map([...parts].map(([id, part]) => [id, names[part]!]))]]);
}

function foldParts(patients: readonly Patient[], options: SplitOptions): Schemes {
  const { folds, test, scheme } = options;
  const shares = Array.from({ length: folds }, () => (1 - test) / folds);
  const parts = assignParts(patients, [...shares, test], options);
  const inFold = (part: number, fold: number): PartName => {
    if (part === folds) return "test";
    return part === fold ? "val" : "train";
  };
  return new Map(
    shares.map((_, fold) => [
      `${scheme}_${fold}`,
      new Map([...parts].map(([id, part]) => [id, inFold(part, fold)])),
    ]),
  );
}

async function readPatients(annotations: string, signal: AbortSignal | undefined): Promise<Cohort> {
  const cohort: Cohort = { patients: new Map(), keys: new Map(), leftOut: [] };
  const ages = new Map<string, number[]>();
  // Without a column bone_age the cohort is not for training. With it, train leaves out rows without an age.
  const agesMatter = findColumn(await openTable(annotations), "bone_age") >= 0;
  for await (const row of readAnnotations(annotations, { sexNeed: "ignored", requirePatientId: true })) {
    signal?.throwIfAborted();
    const why = whyLeftOut(row, agesMatter, annotations);
    if (why !== null) cohort.leftOut.push({ row: row.row, why });
    else if (!("error" in row)) addPicture(row, cohort, ages);
  }
  for (const [id, months] of ages) {
    cohort.patients.get(id)!.ageMonths = months.reduce((sum, age) => sum + age, 0) / months.length;
  }
  return cohort;
}

function whyLeftOut(row: CohortRow | BadRow, agesMatter: boolean, file: string): string | null {
  if ("error" in row) return row.error.message;
  if (row.patientId === "") return "patient_ID is empty";
  return agesMatter ? (whyUntrainable(row, file)?.message ?? null) : null;
}

function addPicture(
  { patientId, dir, sex, boneAgeMonths }: CohortRow,
  cohort: Cohort,
  ages: Map<string, number[]>,
) {
  const known = cohort.patients.get(patientId);
  const patient = known ?? { id: patientId, sex: null, ageMonths: null, pictures: 0 };
  if (known === undefined) cohort.patients.set(patientId, patient);
  patient.pictures += 1;
  patient.sex ??= sex;
  cohort.keys.set(`${patientId}\0${dir}`, [patientId, dir]);
  if (boneAgeMonths === null) return;
  const others = ages.get(patientId);
  if (others === undefined) ages.set(patientId, [boneAgeMonths]);
  else others.push(boneAgeMonths);
}

async function readIds(file: string): Promise<Set<string>> {
  const table = await openTable(file);
  const column = columnIndex(table, "patient_ID");
  const ids = new Set<string>();
  for await (const cells of table.records()) ids.add(cells[column] ?? "");
  return ids;
}

function summarise(patients: readonly Patient[], partOf: (id: string) => PartName) {
  const parts: Partial<Record<PartName, PartCounts>> = {};
  for (const name of ["train", "val", "test"] as const) {
    const members = patients.filter(({ id }) => partOf(id) === name);
    if (members.length === 0) continue;
    const ages = members.flatMap(({ ageMonths }) => ageMonths ?? []);
    parts[name] = {
      patients: members.length,
      pictures: members.reduce((sum, { pictures }) => sum + pictures, 0),
      girls: members.filter(({ sex }) => sex === "F").length,
      boys: members.filter(({ sex }) => sex === "M").length,
      meanAgeMonths: ages.length === 0 ? null : ages.reduce((sum, age) => sum + age, 0) / ages.length,
    };
  }
  return parts;
}
