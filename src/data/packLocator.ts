/** The rows of a pack's own CSV, with their pictures in the pack. */
import { join } from "node:path";
import { type DeeplasiaError, toDeeplasiaError } from "../errors.js";
import { pathInPack } from "../packFile/openPacks.js";
import type { Pack } from "../packFile/pack.js";
import { errorOfPacked } from "../packFile/packedError.js";
import { mapInOrder } from "./mapInOrder.js";
import type { Sample, SelectedRow } from "./sample.js";

const LOOK_AHEAD = 32;

export class PackLocator {
  constructor(private readonly pack: Pack) {}

  /** Finds each row's picture, in order. A row that had none when the cohort was packed fails as it did then. */
  locateAll(rows: AsyncIterable<SelectedRow>): AsyncGenerator<Sample> {
    return mapInOrder(rows, LOOK_AHEAD, (selected) => this.locate(selected));
  }

  private async locate({ index, row }: SelectedRow): Promise<Sample> {
    const { dir, imageId } = row;
    const failed = (error: DeeplasiaError, dropped = false): Sample => ({
      ...{ index, row: row.row, imageId, dir, dropped },
      error: error.at({ file: join(this.pack.manifest.imgDir, dir, imageId), row: row.row }),
    });
    if ("error" in row) return failed(row.error);
    try {
      const entry = await this.pack.entry(row.row);
      const stored = entry.depth === 0 ? await this.pack.errorOf(entry, row.row) : null;
      if (stored !== null && !stored.whenRead) return failed(errorOfPacked(stored), stored.dropped);
      const imagePath = pathInPack(this.pack, row.row, join(dir, imageId));
      return { index, ...row, imagePath, maskPath: null };
    } catch (error) {
      return failed(toDeeplasiaError(error));
    }
  }

  notes(): string[] {
    return [];
  }
}
