/** The rows of a pack's own CSV, with their pictures in the pack. */
import { join } from "node:path";
import { DeeplasiaError, type ErrorCode, toDeeplasiaError } from "../errors.js";
import { pathInPack } from "../packFile/openPacks.js";
import type { Pack } from "../packFile/pack.js";
import type { PackedError } from "../packFile/packedError.js";
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
      if (entry.depth !== 0) {
        const imagePath = pathInPack(this.pack, row.row, join(dir, imageId));
        return { index, ...row, imagePath, maskPath: null };
      }
      const stored = JSON.parse((await this.pack.read(entry, row.row)).toString("utf8")) as PackedError;
      const { code, message, remedy, file, dropped } = stored;
      return failed(new DeeplasiaError(code as ErrorCode, message, { file, remedy }), dropped);
    } catch (error) {
      return failed(toDeeplasiaError(error));
    }
  }

  notes(): string[] {
    return [];
  }
}
