import { join } from "node:path";
import { PUBLISHED_STEMS } from "../contract/published.js";
import { DeeplasiaError } from "../errors.js";
import { pathKind } from "../files/pathKind.js";

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
