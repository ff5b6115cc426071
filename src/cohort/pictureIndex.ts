/** The pictures of a folder and all below it, to be looked up by what a table calls them. */
import { posix } from "node:path";
import { filesMatching, passedOverText, pictureFiles } from "../data/pictureFiles.js";
import { DeeplasiaError } from "../errors.js";
import { pathKind } from "../files.js";

/** What a data set has beside its pictures. */
const NO_PICTURE = /\.(csv|tsv|xlsx?|txt|md|pdf|json|ya?ml|zip)$/i;

export class PictureIndex {
  private readonly byPath = new Map<string, string[]>();
  private readonly byName = new Map<string, string[]>();

  /**
   * @param paths relative to the folder, with `/`.
   * @param note what is passed over in the folder, null if nothing is.
   */
  private constructor(
    readonly paths: readonly string[],
    readonly note: string | null,
  ) {
    for (const path of paths) {
      for (const key of keys(path)) add(this.byPath, key, path);
      for (const key of keys(posix.basename(path))) add(this.byName, key, path);
    }
  }

  /** Throws ERR_DEEPLASIA_USAGE if the folder is none or has no pictures. */
  static async of(folder: string): Promise<PictureIndex> {
    await requireFolder(folder);
    const { pictures, passedOver } = await pictureFiles(folder);
    const others = passedOverText(passedOver.filter((path) => !NO_PICTURE.test(path)));
    if (pictures.length > 0) return new PictureIndex(pictures, others && `${folder}: ${others}`);
    const added = others === null ? "" : `: ${others}`;
    throw new DeeplasiaError(
      "ERR_DEEPLASIA_USAGE",
      `there are no pictures in ${folder} or below it${added}`,
      {
        file: folder,
        remedy: "Unpack the pictures there, or give the folder that holds them.",
      },
    );
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
  await requireFolder(folder);
  return filesMatching(pattern, folder);
}

async function requireFolder(folder: string): Promise<void> {
  if ((await pathKind(folder)) === "folder") return;
  throw new DeeplasiaError("ERR_DEEPLASIA_USAGE", `this is not a folder: ${folder}`, {
    file: folder,
    remedy: "Give the folder with the data set as it was unpacked.",
  });
}

const keys = (path: string) => new Set([path, path.slice(0, path.length - posix.extname(path).length)]);

function add(map: Map<string, string[]>, key: string, path: string): void {
  const others = map.get(key);
  if (others === undefined) map.set(key, [path]);
  else others.push(path);
}
