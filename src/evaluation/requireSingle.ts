import { csvError } from "../data/table.js";
import type { WholeTable } from "../data/wholeTable.js";
import { pictureKey } from "./predictionTable.js";

/** Throws `ERR_DEEPLASIA_CSV` for two rows of annotations about one picture. */
export function requireSingle(annotations: WholeTable, useDir = annotations.has("dir")): void {
  const seen = new Map<string, number>();
  for (const [i, cells] of annotations.rows.entries()) {
    const imageId = annotations.cell(cells, "image_ID");
    const key = pictureKey(imageId, useDir ? annotations.cell(cells, "dir") : "");
    const known = seen.get(key);
    if (known !== undefined) {
      const what = `rows ${known} and ${i + 1} are both about ${imageId}`;
      throw csvError(annotations.file, what, "Remove one of them; pictures of one name need a column dir.");
    }
    seen.set(key, i + 1);
  }
}
