/** A folder into which masks are written, laid out as the pictures, so that it can be given as a folder of masks. */
import { isAbsolute, join, relative } from "node:path";
import sharp from "sharp";
import { DeeplasiaError } from "../errors.js";
import { pathKind } from "../files/pathKind.js";
import { writeFileAtomic } from "../files/writeFileAtomic.js";

/** The place of a picture below its root. */
export interface PicturePlace {
  /** Folder below the root; empty for the root. */
  dir: string;
  imageId: string;
}

const PNG_AGAIN = /\.(jpe?g|tiff?|webp|dcm|dicom)$/i;

/** Returns the name of a picture's mask: the picture's own, as a PNG. */
export function maskName(imageId: string): string {
  return /\.png$/i.test(imageId) ? imageId : `${imageId.replace(PNG_AGAIN, "")}.png`;
}

export class MaskFolder {
  /** Which picture has the mask under a path. */
  private readonly owners = new Map<string, string>();

  constructor(readonly root: string) {}

  /** Returns the path of a picture's mask. Throws ERR_DEEPLASIA_OUTPUT for one outside of the folder. */
  pathOf({ dir, imageId }: PicturePlace): string {
    const path = join(this.root, dir, maskName(imageId));
    const below = relative(this.root, path);
    if (below !== ".." && !below.startsWith("../") && !isAbsolute(below)) return path;
    throw refused(path, `it is outside of ${this.root}`);
  }

  /**
   * Writes a mask, one byte a pixel, as an 8-bit grey PNG, whole or not at all.
   *
   * Throws ERR_DEEPLASIA_OUTPUT, also where the file would replace a picture or the mask of another picture.
   */
  async write(
    place: PicturePlace,
    mask: Uint8Array,
    { width, height }: { width: number; height: number },
  ): Promise<void> {
    const path = this.pathOf(place);
    const picture = join(place.dir, place.imageId);
    const owner = this.owners.get(path) ?? picture;
    if (owner !== picture) throw refused(path, `it is the mask of ${owner}`);
    this.owners.set(path, picture);
    if ((await pathKind(path)) !== null && !(await isMask(path)))
      throw refused(path, "a file that is no mask has this name");
    const png = await sharp(mask, { raw: { width, height, channels: 1 } })
      .toColourspace("b-w")
      .png()
      .toBuffer();
    await writeFileAtomic(path, png);
  }
}

/** Returns whether a picture is black and white. A radiograph never is, so a mask never replaces one. */
async function isMask(path: string): Promise<boolean> {
  try {
    const { data, info } = await sharp(path).toColourspace("b-w").raw().toBuffer({ resolveWithObject: true });
    const { width, height, channels } = info;
    const bilevel = await sharp(data, { raw: { width, height, channels } })
      .threshold(128, { greyscale: false })
      .toColourspace("b-w")
      .raw()
      .toBuffer();
    return bilevel.equals(data);
  } catch {
    return false;
  }
}

function refused(path: string, why: string): DeeplasiaError {
  return new DeeplasiaError("ERR_DEEPLASIA_OUTPUT", `cannot write the mask ${path}: ${why}`, {
    file: path,
    remedy: "Choose another folder for the masks.",
  });
}
