/** Finds the file that a row means if its exact path does not exist, or explains why there is none. */
import { join } from "node:path";
import { pathKind } from "../files/pathKind.js";
import { Listings } from "./listings.js";
import type { NameKind } from "./nameLikeness.js";

/** A file that was found. */
export interface FoundFile {
  /** Folder below the root, with `/`. */
  dir: string;
  name: string;
  /** How its path differs from the wanted one; follows the word "found". */
  how: string;
}

/** Why there is no such file; follows the words "there is no such picture". */
export interface NotFound {
  why: string;
}

/** A file that is searched. */
export interface WantedFile {
  dir: string;
  name: string;
  kind: Exclude<NameKind, "folder">;
  /** Returns whether a file belongs to another row, so that it cannot be meant here. */
  isTaken(dir: string, name: string): boolean | Promise<boolean>;
}

export class FileFinder {
  private readonly listings = new Listings();

  /** Finds a file. Call it only for a path that does not exist, because it lists the folders on the way. */
  async find(root: string, { dir, name, kind, isTaken }: WantedFile): Promise<FoundFile | NotFound> {
    if (name.includes("\ufffd")) return { why: `; ${NOT_UTF8}` };
    const path = `${dir}/${name}`;
    const segments = path
      .replaceAll("\\", "/")
      .split("/")
      .filter((segment) => segment !== "" && segment !== ".");
    if (segments.includes("..") || segments.length === 0) return { why: "" };
    const found: string[] = [];
    let how = path.includes("\\") ? "with / instead of \\" : "";
    for (const [i, segment] of segments.entries()) {
      const folder = join(root, ...found);
      const isLast = i === segments.length - 1;
      const meant = await this.inFolder(folder, segment, isLast ? kind : "folder");
      if ("why" in meant) return meant;
      found.push(meant.name);
      how = meant.how || how;
    }
    const file = { dir: found.slice(0, -1).join("/"), name: found.at(-1)!, how };
    if ((await isTaken(file.dir, file.name)) && how !== "")
      return { why: `: ${join(root, ...found)} exists, but belongs to another row` };
    return file;
  }

  /** Finds the entry of a folder that a name means. */
  private async inFolder(
    folder: string,
    wanted: string,
    kind: NameKind,
  ): Promise<{ name: string; how: string } | NotFound> {
    if ((await pathKind(join(folder, wanted))) === (kind === "folder" ? "folder" : "file"))
      return { name: wanted, how: "" };
    const listing = await this.listings.of(folder);
    if (listing === null) return { why: "" };
    const shown = (name: string) => `${folder} has "${name}"`;
    if (listing.isForeign(wanted)) return { why: `; ${shown(wanted)}, but ${NOT_UTF8}` };
    const alike = listing.alike(wanted, kind);
    if (alike === null) {
      const nearest = listing.nearest(wanted);
      if (nearest !== null) return { why: `; the nearest is "${nearest}" in ${folder}` };
      return { why: kind === "folder" ? `: ${folder} has no folder "${wanted}"` : "" };
    }
    const [name = "", ...others] = alike.names;
    if (others.length > 0)
      return { why: `; ${shown(name)} and "${others[0]}", either of which may be meant` };
    if (listing.isForeign(name)) return { why: `; ${shown(name)}, but ${NOT_UTF8}` };
    return { name, how: alike.how };
  }
}

const NOT_UTF8 = "its name is not UTF-8: rename it (convmv -f latin1 -t utf8)";
