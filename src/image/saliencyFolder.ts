/** A folder into which pictures of where ages come from are written, laid out as the pictures. */
import { isAbsolute, join, relative } from "node:path";
import sharp from "sharp";
import { DeeplasiaError } from "../errors.js";
import { makeFolderOf } from "../files/makeFolder.js";
import { writeFileAtomic } from "../files/writeFileAtomic.js";
import type { PicturePlace } from "./maskFolder.js";

/** What is drawn: the picture in colour, three bytes a pixel. */
interface Drawing {
  overlay: Uint8Array;
  width: number;
  height: number;
}

export class SaliencyFolder {
  /** `members`: names of the networks of an ensemble, each of which has a folder of its own; null for one network. */
  constructor(
    private readonly root: string,
    private readonly members: readonly string[] | null,
  ) {}

  /** Throws ERR_DEEPLASIA_OUTPUT. */
  async write(
    { dir, imageId }: PicturePlace,
    { overlay, width, height }: Drawing,
    member: number,
  ): Promise<void> {
    const path = join(this.root, this.members?.[member] ?? "", dir, `${imageId}.saliency.png`);
    const below = relative(this.root, path);
    if (below === ".." || below.startsWith("../") || isAbsolute(below))
      throw new DeeplasiaError(
        "ERR_DEEPLASIA_OUTPUT",
        `cannot write ${path}: it is outside of ${this.root}`,
        {
          file: path,
          remedy: "Give pictures below `imgDir`.",
        },
      );
    await makeFolderOf(path);
    const raw = { width, height, channels: 3 } as const;
    await writeFileAtomic(path, await sharp(overlay, { raw }).png().toBuffer());
  }
}
