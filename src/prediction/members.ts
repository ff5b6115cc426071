/** The models of a run: one, or the members of an ensemble, which are named by the stems of their files. */
import { basename, extname, join } from "node:path";
import { PUBLISHED_STEMS } from "../contract/published.js";
import { DeeplasiaError } from "../errors.js";
import { pathKind } from "../files.js";
import { BoneAgeModel } from "../model/model.js";
import { columnsOf, ensembleFields } from "./columns.js";

/** One model, or the members of an ensemble. */
export type Models = BoneAgeModel | readonly BoneAgeModel[];

export interface Members {
  list: readonly BoneAgeModel[];
  /** Their names if they are an ensemble; null: one model on its own. */
  names: readonly string[] | null;
}

/** Throws ERR_DEEPLASIA_USAGE for an ensemble without members or with names that cannot be columns. */
export function membersOf(models: Models): Members {
  if (models instanceof BoneAgeModel) return { list: [models], names: null };
  if (models.length === 0) throw usage("an ensemble needs a model", "Give at least one.");
  return { list: models, names: memberNames(models.map(({ file }) => file)) };
}

/** Columns of an ensemble's output that no member may be named after. */
const TAKEN = new Set([
  ...columnsOf(ensembleFields({ members: [], hasSexHead: true, marksSex: true })),
  "members",
]);

/** The stems of files, as names of columns. Throws ERR_DEEPLASIA_USAGE for two of one name and for names of ours. */
export function memberNames(files: readonly string[]): string[] {
  const names = files.map((file) => basename(file, extname(file)));
  for (const [i, name] of names.entries()) {
    const rename = "Members are named by their files, without the extension: rename one, or give a link.";
    const earlier = names.indexOf(name);
    if (earlier !== i)
      throw usage(`two members are named "${name}": ${files[earlier]} and ${files[i]}`, rename);
    if (TAKEN.has(name))
      throw usage(`a member cannot be named "${name}" as a column is: ${files[i]}`, rename);
  }
  return names;
}

/**
 * The files of the published ensemble in a folder, in the order of its notebook: for each stem the first that exists
 * with one of the extensions. Throws ERR_DEEPLASIA_USAGE naming the stems that are missing.
 */
export async function publishedFiles(folder: string, extensions: readonly string[]): Promise<string[]> {
  if ((await pathKind(folder)) !== "folder")
    throw usage(`--members published: ${folder} is not a folder`, "Give the folder with the members' files.");
  const files: string[] = [];
  const missing: string[] = [];
  for (const stem of PUBLISHED_STEMS) {
    const file = await firstFile(extensions.map((extension) => join(folder, stem + extension)));
    if (file === null) missing.push(stem);
    else files.push(file);
  }
  if (missing.length === 0) return files;
  throw usage(
    `${folder} lacks ${missing.length} of the ${PUBLISHED_STEMS.length} published members: ${missing.join(", ")}`,
    `Put them there, each as <name>${extensions.join(" or ")}.`,
  );
}

async function firstFile(paths: readonly string[]): Promise<string | null> {
  for (const path of paths) if ((await pathKind(path)) === "file") return path;
  return null;
}

function usage(what: string, remedy: string): DeeplasiaError {
  return new DeeplasiaError("ERR_DEEPLASIA_USAGE", what, { remedy });
}
