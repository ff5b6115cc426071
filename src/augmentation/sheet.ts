/** Tiles in rows and columns, with a line of text above each column and each row. */
import sharp, { type OverlayOptions } from "sharp";
import { MAX_PIXELS } from "../image/decodedPicture.js";
import { hasFont, LINE, textLine } from "../image/textLine.js";

export interface SheetRow {
  caption: string;
  /** Notes about the picture. */
  notes: string[];
  /** PNGs, all of one size. */
  tiles: Buffer[];
}

interface Size {
  width: number;
  height: number;
}

/** White pixels between two tiles. */
const GAP = 4;

/** The size of a sheet, in pixels. */
export function sheetSize(rows: number, columns: number, { width, height }: Size): Size {
  return { width: columns * (width + GAP) - GAP, height: LINE + rows * (LINE + height + GAP) - GAP };
}

/** Draws the sheet as a grey PNG. On a machine without fonts there are no captions. */
export async function drawSheet(
  rows: readonly SheetRow[],
  columns: readonly string[],
  tile: Size,
): Promise<Buffer> {
  const size = sheetSize(rows.length, columns.length, tile);
  const left = (column: number) => column * (tile.width + GAP);
  const top = (row: number) => LINE + row * (LINE + tile.height + GAP);
  const placed: OverlayOptions[] = rows.flatMap(({ tiles }, row) =>
    tiles.map((input, column) => ({ input, left: left(column), top: top(row) + LINE })),
  );
  if (await hasFont()) {
    for (const [column, text] of columns.entries())
      placed.push({ input: await textLine(text, tile.width), left: left(column), top: 0 });
    for (const [row, { caption }] of rows.entries())
      placed.push({ input: await textLine(caption, size.width), left: 0, top: top(row) });
  }
  return sharp({ create: { ...size, channels: 3, background: "white" }, limitInputPixels: MAX_PIXELS })
    .composite(placed)
    .toColourspace("b-w")
    .png()
    .toBuffer();
}
