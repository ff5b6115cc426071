/** Finds files with the same bytes under two names: a child would count twice, or be in train and test. */
import { mapInOrder } from "../data/mapInOrder.js";
import { sha256OfFile } from "../files/sha256OfFile.js";
import type { Findings } from "./findings.js";

interface Picture {
  row: number;
  /** Path below the image root. */
  name: string;
  path: string;
  bytes: number;
}

export class ContentCheck {
  /** Files of different sizes differ, so only files of equal size are read. */
  private readonly bySize = new Map<number, Picture[]>();

  constructor(private readonly findings: Findings) {}

  add(picture: Picture): void {
    const others = this.bySize.get(picture.bytes);
    if (others === undefined) this.bySize.set(picture.bytes, [picture]);
    else others.push(picture);
  }

  async finish(atOnce: number): Promise<void> {
    const first = new Map<string, Picture>();
    const hashed = mapInOrder(this.suspects(), atOnce, async (picture) => {
      return { picture, hash: await sha256OfFile(picture.path).catch((error: Error) => error) };
    });
    for await (const { picture, hash } of hashed) {
      if (typeof hash !== "string") {
        this.findings.add("picture-unreadable", picture.row, `${picture.name}: ${hash.message}`);
        continue;
      }
      const earlier = first.get(hash);
      if (earlier === undefined) first.set(hash, picture);
      else
        this.findings.add(
          "same-content",
          picture.row,
          `${picture.name}, the same as row ${earlier.row}, ${earlier.name}`,
        );
    }
  }

  private async *suspects(): AsyncGenerator<Picture> {
    for (const pictures of this.bySize.values()) if (pictures.length > 1) yield* pictures;
  }
}
