/** An index of the pictures below a folder, in which the names in a table are looked up. */
import { posix } from "node:path";
import { filesMatching, passedOverText, pictureFiles } from "../data/pictureFiles.js";
import { DeeplasiaError } from "../errors.js";
import { pathKind } from "../files/pathKind.js";

/** Files that a data set has beside its pictures. */
const NO_PICTURE = /\.(csv|tsv|xlsx?|txt|md|pdf|json|ya?ml|zip)$/i;

export class PictureIndex {
  private readonly byPath = new Map<string, string[]>();
  private readonly byName = new Map<string, string[]>();

  /**
   * @param paths relative to the folder, with `/`
   * @param note a text about files that are passed over; null if there are none
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

  /** Indexes a folder. Throws ERR_DEEPLASIA_USAGE if it is not a folder or has no pictures. */
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
   * Returns the sorted paths of the pictures that a name may mean: a path below the folder, or else a file name in any
   * folder; with or without extension.
   */
  find(name: string): readonly string[] {
    const path = posix.normalize(name);
    return this.byPath.get(path) ?? (path.includes("/") ? [] : (this.byName.get(path) ?? []));
  }
}

/** Lists the paths below a folder that match a pattern: relative, with `/`, sorted. Throws ERR_DEEPLASIA_USAGE. */
export async function filesBelow(folder: string, pattern: string): Promise<string[]> {
  await requireFolder(folder);
  return filesMatching(pattern, folder);
}

async function requireFolder(folder: string): Promise<void> {
  if ((await pathKind(folder)) === "folder") return;
  throw new DeeplasiaError("ERR_DEEPLASIA_USAGE", `this is not a folder: ${folder}`, {
    file: folder,
    remedy: "Give the folder with the unpacked data set.",
  });
}

const keys = (path: string) => new Set([path, path.slice(0, path.length - posix.extname(path).length)]);

function add(map: Map<string, string[]>, key: string, path: string): void {
  const others = map.get(key);
  if (others === undefined) map.set(key, [path]);
  else others.push(path);
}
