/** Finds the picture and the mask of each row of a cohort. */
import { isAbsolute, join } from "node:path";
import { DeeplasiaError, isSystemError, toDeeplasiaError } from "../errors.js";
import { pathKind } from "../files/pathKind.js";
import { plural } from "../plural.js";
import type { CohortRow } from "./annotations.js";
import { FileFinder, type FoundFile } from "./fileFinder.js";
import { mapInOrder } from "./mapInOrder.js";
import type { Masks } from "./masks.js";
import type { FailedSample, FoundAs, ReadySample, Sample, SelectedRow } from "./sample.js";

/** Returns whether the cohort has a row that names exactly this picture. */
export type IsNamed = (dir: string, imageId: string) => boolean;

/** How many rows ahead files are searched; this hides the latency of a network file system. */
const LOOK_AHEAD = 32;
/** The largest number of paths in a message. */
const MOST_PATHS = 3;

/** Finds pictures and masks, including those whose names have another form than in the row. */
export class Locator {
  private readonly finder = new FileFinder();
  private readonly found = { picture: new FoundNote("picture"), mask: new FoundNote("mask") };

  /** @param root the folder of the pictures. */
  constructor(
    private readonly root: string,
    private readonly masks: Masks,
    private readonly isNamed: IsNamed,
  ) {}

  /** Finds the files of each row, in order. A row without files becomes a failed sample. */
  async *locateAll(rows: AsyncIterable<SelectedRow>): AsyncGenerator<Sample> {
    for await (const sample of mapInOrder(rows, LOOK_AHEAD, (selected) => this.locate(selected))) {
      this.note(sample);
      yield sample;
    }
  }

  async locate({ index, row, imagePath }: SelectedRow): Promise<Sample> {
    const failed = (error: DeeplasiaError, dropped = false): FailedSample => {
      const { imageId, dir } = row;
      return {
        index,
        row: row.row,
        imageId,
        dir,
        error: error.at({ file: imagePath, row: row.row }),
        dropped,
      };
    };
    if ("error" in row) return failed(row.error);
    try {
      const picture = await this.picture(row, imagePath);
      if (picture instanceof DeeplasiaError) return failed(picture);
      const found = this.masks.used ? await this.mask(row, picture) : null;
      const isMissing = found instanceof DeeplasiaError;
      if (isMissing && !this.masks.optional) return failed(found, true);
      const mask = isMissing ? null : found;
      const sample = { index, ...row, imagePath: picture.path, maskPath: mask?.path ?? null };
      const foundAs: FoundAs = {
        ...(picture.how && { picture: picture.how }),
        ...(mask?.how && { mask: mask.how }),
      };
      return Object.keys(foundAs).length === 0 ? sample : { ...sample, foundAs };
    } catch (error) {
      return failed(unreachable(error));
    }
  }

  /** Counts files that were found under another form of their name; each row counts once, however often it is passed. */
  note(sample: Sample): void {
    if ("error" in sample || sample.foundAs === undefined) return;
    for (const what of ["picture", "mask"] as const) {
      const how = sample.foundAs[what];
      if (how !== undefined) this.found[what].add(sample, how);
    }
  }

  /** Returns lines about the files that `note` counted. */
  notes(): string[] {
    return [this.found.picture.text, this.found.mask.text].filter((text) => text !== null);
  }

  private async picture({ dir, imageId }: CohortRow, path: string): Promise<Place | DeeplasiaError> {
    const kind = await pathKind(path);
    if (kind === "file") return { path, dir, name: imageId };
    if (kind !== null) return noPicture("this is a folder or a device, not a picture");
    const wanted = { dir, name: imageId, kind: "picture", isTaken: this.isNamed } as const;
    const found = await this.finder.find(this.root, wanted);
    if ("why" in found)
      return noPicture(`there is no such picture${(await whyBelow(dir, imageId)) ?? found.why}`);
    return placeOf(this.root, path, found);
  }

  /** Finds a mask under the name of the picture file, else under the name in the row, else under another form of it. */
  private async mask(
    { dir, imageId }: CohortRow,
    picture: Place,
  ): Promise<Pick<Place, "path" | "how"> | DeeplasiaError> {
    const exact = (await this.masks.find(picture.dir, picture.name)) ?? (await this.masks.find(dir, imageId));
    if (exact !== null) return { path: exact };
    // A mask under another form of the name must not belong to another picture.
    const isTaken = async (ofDir: string, name: string) =>
      this.isNamed(ofDir, name) || (await pathKind(join(this.root, ofDir, name))) !== null;
    const { folders } = this.masks;
    const paths = folders.map((folder) => join(folder, picture.dir, picture.name));
    let whyNot = "";
    for (const [i, folder] of folders.entries()) {
      const found = await this.finder.find(folder, { ...picture, kind: "mask", isTaken });
      if (!("why" in found)) return placeOf(folder, paths[i]!, found);
      whyNot ||= found.why;
    }
    return noMask(paths, whyNot);
  }
}

/** A file below a root, and how it was found if not under the wanted name. */
interface Place {
  path: string;
  dir: string;
  name: string;
  how?: string;
}

function placeOf(root: string, wanted: string, { dir, name, how }: FoundFile): Place {
  const path = join(root, dir, name);
  return { path, dir, name, how: `${wanted} ${how}: ${path}` };
}

/** Counts the rows whose file was found under another form of its name. */
class FoundNote {
  private readonly rows = new Set<number>();
  private first = "";

  constructor(private readonly what: "picture" | "mask") {}

  add({ row }: ReadySample, how: string): void {
    if (this.rows.size === 0) this.first = `row ${row}: ${how}`;
    this.rows.add(row);
  }

  get text(): string | null {
    const count = this.rows.size;
    if (count === 0) return null;
    return `${plural(count, `${this.what} was`, `${this.what}s were`)} found under another form of the name; ${this.first}`;
  }
}

/** Explains a row that gives an absolute path of an existing file; null for other rows. */
async function whyBelow(dir: string, imageId: string): Promise<string | null> {
  const path = join(dir, imageId);
  if (!isAbsolute(path) || (await pathKind(path).catch(() => null)) !== "file") return null;
  return `: dir and image_ID are relative to img_dir; img_dir / finds ${path}`;
}

function noPicture(what: string): DeeplasiaError {
  const remedy = "Check the path (in a cohort: `imgDir` and the columns dir and image_ID).";
  return new DeeplasiaError("ERR_DEEPLASIA_IMAGE_MISSING", what, { remedy });
}

function noMask(paths: readonly string[], why: string): DeeplasiaError {
  const shown = paths.slice(0, MOST_PATHS).join(", ");
  const more = paths.length > MOST_PATHS ? ` and in ${plural(paths.length - MOST_PATHS, "more folder")}` : "";
  const what = `there is no mask for this picture: looked for ${shown}${more}${why}`;
  return new DeeplasiaError("ERR_DEEPLASIA_MASK_MISSING", what, {
    remedy: "Add the mask, or predict without masks.",
  });
}

function unreachable(cause: unknown): DeeplasiaError {
  const { message, remedy = "Make the folder readable." } = toDeeplasiaError(cause);
  const what = isSystemError(cause, "EACCES") ? "permission denied" : message;
  return new DeeplasiaError("ERR_DEEPLASIA_IMAGE_UNREADABLE", `cannot search for picture and mask: ${what}`, {
    remedy,
    cause,
  });
}
