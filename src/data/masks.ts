/** Folders of masks. The mask of a picture is `<mask folder>/<dir>/<image_ID>`. */
import { join } from "node:path";
import { DeeplasiaError, optionPathError } from "../errors.js";
import { pathKind } from "../files/pathKind.js";
import { isDefaultFolder } from "../options/folders.js";

export interface Masks {
  /** False if no folders were given; pictures are then used whole. */
  readonly used: boolean;
  readonly folders: readonly string[];
  /** Whether a picture without a mask is usable, because a model makes its mask. */
  readonly optional?: boolean;
  /** Resolves to the path of a picture's mask in the first folder that has exactly that name; null if none has. */
  find(dir: string, imageId: string): Promise<string | null>;
}

/**
 * Checks the mask folders. An empty list, or `""` as the first folder (as in the reference), means no masks.
 *
 * If several folders have a mask, the reference picks one at random at each access. Here the first folder in the given
 * order is used, because a prediction must not depend on chance. Nothing is cached, so memory does not grow with the cohort.
 *
 * Throws `ERR_DEEPLASIA_OPTION` for a folder that does not exist.
 */
export async function openMasks(folders: readonly string[], option = "maskDirs"): Promise<Masks> {
  if (folders.length === 0 || folders[0] === "") return { used: false, folders: [], find: async () => null };
  for (const folder of folders) await requireFolder(folder, option);
  return {
    used: true,
    folders,
    async find(dir, imageId) {
      for (const folder of folders) {
        const path = join(folder, dir, imageId);
        if ((await pathKind(path)) === "file") return path;
      }
      return null;
    },
  };
}

/** Throws `ERR_DEEPLASIA_OPTION` unless the path is a folder. The message names a default as such. */
export async function requireFolder(path: string, option: string): Promise<void> {
  const kind = await pathKind(path).catch((error: DeeplasiaError) => {
    throw optionPathError(error, option);
  });
  if (kind === "folder") return;
  if (kind === null && isDefaultFolder(path)) {
    const needed = /img_?dir$/i.test(option) ? "the pictures" : 'the masks ("" for none)';
    const what = `\`${option}\` is not given, and its default does not exist: ${path}`;
    const remedy = `Give the folder of ${needed} as \`${option}\`.`;
    throw new DeeplasiaError("ERR_DEEPLASIA_OPTION", what, { file: path, remedy });
  }
  const what = kind === null ? "there is no folder" : "this is not a folder:";
  throw new DeeplasiaError("ERR_DEEPLASIA_OPTION", `\`${option}\`: ${what} ${path}`, {
    file: path,
    remedy: `Correct \`${option}\`.`,
  });
}
