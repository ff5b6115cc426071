/** Annotation CSVs from their text. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readAnnotations, type SexNeed } from "../../src/data/annotations.js";
import { collect, temporaryFolder } from "./temporary.js";

export const HEADER = "image_ID,dir,patient_ID,sex,bone_age\n";

/** Reads a text as an annotation CSV. */
export async function readText(
  text: string | Uint8Array,
  options: { sexNeed?: SexNeed; requirePatientId?: boolean } = {},
) {
  const file = join(await temporaryFolder(), "cohort.csv");
  await writeFile(file, text);
  return collect(readAnnotations(file, { sexNeed: "needed", ...options }));
}
