/** From what a user gives as a model to files: a path is a path, and the name of an installed model its files. */
import { join } from "node:path";
import { DeeplasiaError } from "../errors.js";
import { pathKind } from "../files/pathKind.js";
import { plural } from "../plural.js";
import { entryNamed } from "./entries.js";
import { folderOf, installedModel, isModelName } from "./home.js";

/**
 * Returns the files of the installed model with a name, one for each member of an ensemble; null for anything else,
 * which is a path then.
 *
 * @throws DeeplasiaError ERR_DEEPLASIA_MODEL_MISSING for a known model that is not installed, or whose files are gone.
 */
export async function filesOfModel(given: string): Promise<string[] | null> {
  if (!isModelName(given) || (await pathKind(given)) !== null) return null;
  const installed = await installedModel(given);
  if (installed === null) {
    if (entryNamed(given) === undefined) return null;
    throw new DeeplasiaError(
      "ERR_DEEPLASIA_MODEL_MISSING",
      `the model ${given} is known, but not installed`,
      {
        remedy: `\`deeplasia-native models show ${given}\` describes it and how to get it.`,
      },
    );
  }
  const files = installed.weights.map((path) => join(folderOf(given), path));
  for (const file of files) {
    if ((await pathKind(file)) === "file") continue;
    throw new DeeplasiaError(
      "ERR_DEEPLASIA_MODEL_MISSING",
      `a file of the installed model ${given} is gone: ${file}`,
      {
        file,
        remedy: `\`deeplasia-native models remove ${given}\`, then get or add it again.`,
      },
    );
  }
  return files;
}

/** The one file of a model that a user gives by path or name. Throws ERR_DEEPLASIA_OPTION for the name of an ensemble. */
export async function fileOfModel(given: string): Promise<string> {
  const files = await filesOfModel(given);
  if (files === null) return given;
  if (files.length === 1) return files[0]!;
  throw new DeeplasiaError(
    "ERR_DEEPLASIA_OPTION",
    `${given} is an ensemble of ${plural(files.length, "model")}`,
    {
      remedy: `Load each by its file: ${files.join(", ")}.`,
    },
  );
}
