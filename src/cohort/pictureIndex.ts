/** The pictures of a folder and all below it, to be looked up by what a table calls them. */
import { posix } from "node:path";
import { glob } from "tinyglobby";
import { DeeplasiaError } from "../errors.js";
import { pathKind } from "../files.js";

const PICTURES = "**/*.{png,jpg,jpeg,tif,tiff,webp}";
/** What macOS adds to archives: files with a picture's name and no picture in them. */
const IGNORED = ["**/__MACOSX/**", "**/._*"];

export class PictureIndex {
  private readonly byPath = new Map<string, string[]>();
  private readonly byName = new Map<string, string[]>();

  /** @param paths relative to the folder, with `/`. */
  private constructor(readonly paths: readonly string[]) {
    for (const path of paths) {
      for (const key of keys(path)) add(this.byPath, key, path);
      for (const key of keys(posix.basename(path))) add(this.byName, key, path);
    }
  }

  /** Throws ERR_DEEPLASIA_USAGE if the folder is none or has no pictures. */
  static async of(folder: string): Promise<PictureIndex> {
    const paths = await filesBelow(folder, PICTURES);
    if (paths.length > 0) return new PictureIndex(paths);
    throw new DeeplasiaError("ERR_DEEPLASIA_USAGE", `there are no pictures in ${folder} or below it`, {
      file: folder,
      remedy: "Unpack the pictures there, or give the folder that holds them.",
    });
  }

  /**
   * Paths of the pictures that a name may mean: a path below the folder, or else a mere file name in any folder; with or
   * without extension. Sorted, none if there is no such picture.
   */
  find(name: string): readonly string[] {
    const path = posix.normalize(name);
    return this.byPath.get(path) ?? (path.includes("/") ? [] : (this.byName.get(path) ?? []));
  }
}

/** Paths below a folder that match, sorted by code unit so that no machine's language decides; relative, with `/`. */
export async function filesBelow(folder: string, pattern: string): Promise<string[]> {
  if ((await pathKind(folder)) !== "folder") {
    throw new DeeplasiaError("ERR_DEEPLASIA_USAGE", `this is not a folder: ${folder}`, {
      file: folder,
      remedy: "Give the folder with the data set as it was unpacked.",
    });
  }
  const found = await glob(pattern, { cwd: folder, caseSensitiveMatch: false, ignore: IGNORED });
  return found.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

const keys = (path: string) => new Set([path, path.slice(0, path.length - posix.extname(path).length)]);

function add(map: Map<string, string[]>, key: string, path: string): void {
  const others = map.get(key);
  if (others === undefined) map.set(key, [path]);
  else others.push(path);
}
