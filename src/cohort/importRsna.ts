/**
 * Imports the RSNA bone age challenge as downloaded: three tables with three sets of column names, folders that unpacking
 * nests, and a separate table with the bone ages of the test set.
 */
import { basename, join, posix, resolve } from "node:path";
import { type Sex, sexInMaleColumn } from "../data/annotations.js";
import { openTable, type Table } from "../data/table.js";
import { DeeplasiaError, toDeeplasiaError } from "../errors.js";
import { plural } from "../plural.js";
import { columnLike, monthsInCell } from "./cells.js";
import { ImportResult } from "./importResult.js";
import { filesBelow, PictureIndex } from "./pictureIndex.js";

const PARTS = ["train", "val", "test"] as const;
type Part = (typeof PARTS)[number];

/** The number of pictures in each part as published. */
const PUBLISHED: Record<Part, number> = { train: 12_611, val: 1_425, test: 200 };
/** An id in the download that is not among the 14,235 RSNA rows of the annotations published with Deeplasia. */
const NOT_IN_DEEPLASIA = "1435";

/** The options of `importRsna`. */
export interface RsnaOptions {
  /** Rows with these ids are left out. */
  exclude: readonly string[];
  /** The `dir` of every row, instead of the folder in which its picture was found. */
  dir?: string | undefined;
  /** Output files, which are ignored if they are in the folder of the download. */
  outputs: readonly string[];
  signal?: AbortSignal | undefined;
}

interface Child {
  id: string;
  sex: Sex | null;
  /** The cell with the sex, for messages. */
  sexText: string;
  /** NaN if the cell is not a number; null if it is not known. */
  months: number | null;
  part: Part;
}

interface RsnaTable {
  table: Table;
  part: Part;
  id: number;
  sex: number;
  age: number;
}

/** Makes a row for every child in the tables below `folder` that has a picture. Throws ERR_DEEPLASIA_USAGE, _CSV. */
export async function importRsna(folder: string, options: RsnaOptions): Promise<ImportResult> {
  const result = new ImportResult();
  const tables = await findTables(folder, options.outputs, result);
  const pictures = await PictureIndex.of(folder);
  if (pictures.note !== null) result.notes.push(pictures.note);
  const children = new Map<string, Child>();
  for (const table of tables) {
    options.signal?.throwIfAborted();
    await readChildren(table, children, result);
  }
  const used = addRows(children, pictures, options, result);
  const unused = pictures.paths.filter((path) => !used.has(path));
  for (const path of unused) result.leaveOut("a picture that no table names", path);
  addNotes(children, options, result);
  return result;
}

async function findTables(
  folder: string,
  outputs: readonly string[],
  result: ImportResult,
): Promise<RsnaTable[]> {
  const own = new Set(outputs.map((file) => resolve(file)));
  const tables: RsnaTable[] = [];
  for (const path of await filesBelow(folder, "**/*.{csv,xls,xlsx}")) {
    const file = join(folder, path);
    if (own.has(resolve(file))) continue;
    if (!path.toLowerCase().endsWith(".csv")) {
      result.leaveOut("an Excel workbook, which is not read: save it as CSV", path);
      continue;
    }
    try {
      const found = recognise(await openTable(file));
      if (found === null) result.leaveOut("a table without columns for id and sex", path);
      else tables.push(found);
    } catch (error) {
      result.skip("a table that cannot be read", toDeeplasiaError(error).message);
    }
  }
  if (tables.length > 0) return tables.sort((a, b) => PARTS.indexOf(a.part) - PARTS.indexOf(b.part));
  throw new DeeplasiaError(
    "ERR_DEEPLASIA_USAGE",
    `there is no table of the RSNA challenge in ${folder} or below it`,
    {
      file: folder,
      remedy:
        "Give the folder with boneage-training-dataset.csv and the other tables; for other data use `import generic`.",
    },
  );
}

/** Recognises a table of the challenge; null for other tables, annotation CSVs included. */
function recognise(table: Table): RsnaTable | null {
  const id = columnLike(table, ["id", "imageid", "caseid"]);
  const sex = columnLike(table, ["male", "sex", "gender"]);
  if (id < 0 || sex < 0 || table.columns.includes("dir")) return null;
  const age = columnLike(table, [
    "boneage",
    "boneagemonths",
    "groundtruthboneagemonths",
    "groundtruthboneage",
  ]);
  return { table, part: partOf(table, id), id, sex, age };
}

/** Returns the part of a table, by the name of the file, else by the name of the id column in the published tables. */
function partOf({ file, columns }: Table, id: number): Part {
  const name = basename(file).toLowerCase();
  if (name.includes("valid")) return "val";
  if (name.includes("test")) return "test";
  if (name.includes("train")) return "train";
  const column = columns[id]!.toLowerCase().replaceAll(/[^a-z]/g, "");
  return column === "caseid" ? "test" : column === "imageid" ? "val" : "train";
}

async function readChildren(
  rsna: RsnaTable,
  children: Map<string, Child>,
  result: ImportResult,
): Promise<void> {
  for await (const cells of rsna.table.records()) {
    const id = (cells[rsna.id] ?? "").trim().replace(/\.(png|0)$/i, "");
    if (id === "") {
      result.skip("a row without an id", `${rsna.table.file}: ${cells.join(",")}`);
      continue;
    }
    const sexText = cells[rsna.sex] ?? "";
    const months = rsna.age < 0 ? null : monthsInCell(cells[rsna.age] ?? "", "months");
    const child: Child = { id, sex: sexInMaleColumn(sexText), sexText, months, part: rsna.part };
    const known = children.get(id);
    if (known === undefined) children.set(id, child);
    else mergeChild(known, child, rsna.table.file, result);
  }
}

/** Merges a child of two tables: the ages of the test set are in a separate table, so one table may complete another. */
function mergeChild(known: Child, child: Child, file: string, result: ImportResult): void {
  const differs = known.months !== null && child.months !== null && known.months !== child.months;
  if (differs || known.sex !== child.sex) {
    result.notes.push(`${child.id}: ${file} contradicts an earlier table, which is used`);
  }
  known.months ??= child.months;
}

/** Adds a row for each child with a picture. Returns the paths of all pictures that children have. */
function addRows(
  children: ReadonlyMap<string, Child>,
  pictures: PictureIndex,
  options: RsnaOptions,
  result: ImportResult,
): Set<string> {
  const excluded = new Set(options.exclude);
  const used = new Set<string>();
  let several = 0;
  for (const child of children.values()) {
    const [path, ...copies] = pictures.find(child.id);
    for (const one of [path, ...copies]) if (one !== undefined) used.add(one);
    if (excluded.has(child.id)) result.leaveOut("excluded", child.id);
    else if (path === undefined) result.skip("no picture", child.id);
    else if (child.sex === null) result.skip("the sex cannot be read", `${child.id} "${child.sexText}"`);
    else if (Number.isNaN(child.months)) result.skip("the bone age is not a number", child.id);
    else {
      several += copies.length > 0 ? 1 : 0;
      const folder = posix.dirname(path);
      const dir = options.dir ?? (folder === "." ? "" : folder);
      const { id, sex, months, part } = child;
      result.rows.push({
        imageId: posix.basename(path),
        dir,
        patientId: id,
        sex,
        boneAgeMonths: months,
        part,
      });
    }
  }
  if (several > 0)
    result.notes.push(
      `${plural(several, "id has", "ids have")} a picture in more than one folder; the first folder is used`,
    );
  return used;
}

function addNotes(children: ReadonlyMap<string, Child>, options: RsnaOptions, result: ImportResult): void {
  for (const part of PARTS) {
    const count = [...children.values()].filter((child) => child.part === part).length;
    if (count === PUBLISHED[part]) continue;
    result.notes.push(
      `the tables name ${count} children of the ${part} part; ${PUBLISHED[part]} were published`,
    );
  }
  const unknown = options.exclude.filter((id) => !children.has(id));
  if (unknown.length > 0) result.notes.push(`excluded ids that are in no table: ${unknown.join(", ")}`);
  if (children.has(NOT_IN_DEEPLASIA) && !options.exclude.includes(NOT_IN_DEEPLASIA)) {
    result.notes.push(
      `${NOT_IN_DEEPLASIA} is not in Deeplasia's published annotations; name it in \`exclude\` to leave it out`,
    );
  }
  const withoutAge = result.rows.filter(({ boneAgeMonths }) => boneAgeMonths === null).length;
  if (withoutAge > 0)
    result.notes.push(
      `${plural(withoutAge, "row has", "rows have")} no bone age: those of the test set are in a separate table`,
    );
}
