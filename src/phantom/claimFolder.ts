/** Claims a folder for a phantom cohort with a file that holds the options of the drawing. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { DeeplasiaError } from "../errors.js";
import { makeFolder } from "../files/makeFolder.js";
import { outputError } from "../files/outputError.js";
import { writeFileAtomic } from "../files/writeFileAtomic.js";
import { finalName } from "../temporaryFiles.js";

const RECIPE_NAME = "phantom.json";

/**
 * Makes the folder and writes the recipe into it. If it holds the same recipe already, an earlier run was interrupted or
 * drew fewer pictures, and this run resumes it. Throws `ERR_DEEPLASIA_OUTPUT` for a folder that holds anything else.
 */
export async function claimFolder(folder: string, recipe: object): Promise<void> {
  const text = `${JSON.stringify(recipe, null, 2)}\n`;
  const file = join(folder, RECIPE_NAME);
  try {
    await makeFolder(folder);
    const names = await readdir(folder);
    if (names.includes(RECIPE_NAME)) {
      if ((await readFile(file, "utf8")) !== text)
        throw occupied(folder, "phantoms drawn with other options");
    } else {
      // A run that was killed while it wrote the recipe leaves a temporary file of it.
      if (names.some((name) => finalName(name) !== RECIPE_NAME)) throw occupied(folder, "other files");
      await writeFileAtomic(file, text);
    }
    for (const part of ["images", "masks"]) await makeFolder(join(folder, part));
  } catch (error) {
    throw outputError(error, folder);
  }
}

function occupied(folder: string, what: string): DeeplasiaError {
  return new DeeplasiaError("ERR_DEEPLASIA_OUTPUT", `cannot draw phantoms into ${folder}: it holds ${what}`, {
    file: folder,
    remedy: "Give a new folder as `out`, or the options with which that cohort was begun.",
  });
}
