/**
 * Imports the Digital Hand Atlas as downloaded. It has no table: sex, descent and age group are in the names of the
 * folders, `JPEGimages/ASIF/ASIF05/3142.jpg`.
 */
import { posix } from "node:path";
import type { Sex } from "../data/annotations.js";
import { ImportResult } from "./importResult.js";
import { PictureIndex } from "./pictureIndex.js";

const DESCENT = { ASI: "Asian", BLK: "African American", CAU: "Caucasian", HIS: "Hispanic" } as const;
const FOLDER = /(?:^|\/)(ASI|BLK|CAU|HIS)([FM])\/\1\2(\d\d)$/i;

/** The options of `importDha`. */
export interface DhaOptions {
  /** Pictures with these names, with or without extension, are left out. */
  exclude: readonly string[];
  signal?: AbortSignal | undefined;
}

/** Makes a row for every picture below `folder` whose folder names its group. Throws ERR_DEEPLASIA_USAGE. */
export async function importDha(folder: string, options: DhaOptions): Promise<ImportResult> {
  const result = new ImportResult();
  const excluded = new Set(options.exclude);
  const { paths, note } = await PictureIndex.of(folder);
  if (note !== null) result.notes.push(note);
  options.signal?.throwIfAborted();
  for (const path of paths) {
    const { dir, base, name } = posix.parse(path);
    const group = FOLDER.exec(dir);
    if (excluded.has(base) || excluded.has(name)) result.leaveOut("excluded", path);
    else if (group === null) result.skip("the name of its folder is not like CAUF/CAUF07", path);
    else {
      const [, descent = "", sex = "", years = ""] = group;
      result.rows.push({
        imageId: base,
        dir,
        patientId: name,
        sex: sex.toUpperCase() as Sex,
        boneAgeMonths: 12 * Number(years),
        more: { descent: DESCENT[descent.toUpperCase() as keyof typeof DESCENT] },
      });
    }
  }
  result.notes.push(
    "bone_age is twelve times the years of the age group: the child's age, rounded down, not a bone age reading",
  );
  return result;
}
