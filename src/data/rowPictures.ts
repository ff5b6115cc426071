/** Where the pictures of an annotation CSV's rows are: in folders, or in the pack that the CSV is in. */
import { DeeplasiaError } from "../errors.js";
import { openPack } from "../packFile/openPacks.js";
import type { Pack } from "../packFile/pack.js";
import type { IsNamed } from "./locator.js";
import { Locator } from "./locator.js";
import { openMasks, requireFolder } from "./masks.js";
import { PackLocator } from "./packLocator.js";

export interface RowFolders {
  annotationCsv: string;
  imgDir: string;
  maskDirs: readonly string[];
  masksOptional?: boolean | undefined;
}

export interface RowPictures {
  /** Null for pictures in folders. */
  pack: Pack | null;
  /** Returns what finds the pictures; `isNamed` is asked about pictures of other rows. */
  locator(isNamed: IsNamed): Pick<Locator, "locateAll" | "notes">;
}

/**
 * Opens the folders, or the pack. `names`: how the options are called in messages.
 *
 * Throws ERR_DEEPLASIA_OPTION for a folder that does not exist, ERR_DEEPLASIA_PACK, ERR_DEEPLASIA_USAGE.
 */
export async function openRowPictures(
  { annotationCsv, imgDir, maskDirs, masksOptional }: RowFolders,
  names = { imgDir: "imgDir", maskDirs: "maskDirs" },
): Promise<RowPictures> {
  const pack = await openPack(annotationCsv);
  if (pack !== null) {
    const other = maskDirs.find((folder) => folder !== "" && folder !== pack.path);
    if (other !== undefined)
      throw new DeeplasiaError(
        "ERR_DEEPLASIA_USAGE",
        `\`${names.maskDirs}\` ${other}: a pack has its masks in it`,
        {
          remedy: `Leave \`${names.maskDirs}\` out.`,
        },
      );
    return { pack, locator: () => new PackLocator(pack) };
  }
  await requireFolder(imgDir, names.imgDir);
  const masks = { ...(await openMasks(maskDirs, names.maskDirs)), optional: masksOptional === true };
  return { pack, locator: (isNamed) => new Locator(imgDir, masks, isNamed) };
}
