/** A sheet of pictures with the outlines of their masks. */
import sharp, { type OverlayOptions } from "sharp";
import { writeFileAtomic } from "../files/writeFileAtomic.js";
import { MAX_PIXELS } from "../image/decodedPicture.js";
import type { PicturePlace } from "../image/maskFolder.js";
import type { OpenPicture } from "../image/openPicture.js";
import { asSamples } from "../image/samples.js";
import { hasFont, LINE, textLine } from "../image/textLine.js";
import type { RawPicture } from "../native.js";

const TILE = 240;
const GAP = 4;
const COLUMNS = 8;
/** Pictures on a sheet; more would not be looked at. */
const MOST = 200;
/** Below zero beside a marked pixel, above zero at the border of what is marked. */
const EDGES = { width: 3, height: 3, kernel: [-1, -1, -1, -1, 8, -1, -1, -1, -1] };
const OUTLINE = { r: 255, g: 40, b: 40 };

interface Tile {
  row: number;
  name: string;
  png: Buffer;
}

export class ContactSheet {
  private readonly tiles: Tile[] = [];
  private reserved = 0;

  /** Whether there is space for another picture. */
  get hasSpace(): boolean {
    return this.reserved < MOST;
  }

  /** Adds a picture with its mask, while there is space. */
  async add(
    { dir, imageId, row }: PicturePlace & { row: number },
    { picture, mask }: OpenPicture,
  ): Promise<void> {
    if (!this.hasSpace || mask === null) return;
    this.reserved += 1;
    const name = [dir, imageId].filter(Boolean).join("/");
    this.tiles.push({ row, name, png: await outlined(picture, mask) });
  }

  /** Writes the sheet as a PNG, in the order of the rows; nothing where there is no picture. */
  async write(path: string): Promise<void> {
    if (this.tiles.length === 0) return;
    const tiles = this.tiles.sort((a, b) => a.row - b.row);
    const height = Math.ceil(tiles.length / COLUMNS) * (TILE + LINE + GAP);
    const width = Math.min(COLUMNS, tiles.length) * (TILE + GAP);
    const hasText = await hasFont();
    const placed: OverlayOptions[] = [];
    for (const [i, { name, png }] of tiles.entries()) {
      const left = (i % COLUMNS) * (TILE + GAP);
      const top = Math.floor(i / COLUMNS) * (TILE + LINE + GAP);
      placed.push({ input: png, left, top: top + LINE });
      if (hasText) placed.push({ input: await textLine(name, TILE), left, top });
    }
    const sheet = sharp({
      create: { width, height, channels: 3, background: "white" },
      limitInputPixels: MAX_PIXELS,
    });
    await writeFileAtomic(path, await sheet.composite(placed).removeAlpha().png().toBuffer());
  }
}

/** The picture in shades of grey, in a square tile, with the outline of its mask. */
async function outlined(picture: RawPicture, mask: RawPicture): Promise<Buffer> {
  const fit = { width: TILE, height: TILE, fit: "contain", background: "black" } as const;
  const grey = await opened(picture)
    .toColourspace("b-w")
    .normalise()
    .resize(fit)
    .toColourspace("srgb")
    .png()
    .toBuffer();
  const small = await opened(mask)
    .toColourspace("b-w")
    .threshold()
    .resize({ ...fit, kernel: "nearest" })
    .png()
    .toBuffer();
  const edge = await sharp(small).toColourspace("b-w").convolve(EDGES).threshold(1).raw().toBuffer();
  const red = await sharp({ create: { width: TILE, height: TILE, channels: 3, background: OUTLINE } })
    .joinChannel(edge, { raw: { width: TILE, height: TILE, channels: 1 } })
    .png()
    .toBuffer();
  return sharp(grey)
    .composite([{ input: red }])
    .removeAlpha()
    .png()
    .toBuffer();
}

/** A decoded picture, in 8 bits a sample. */
function opened({ data, depth, width, height, channels }: RawPicture) {
  return sharp(asSamples(data, depth), { raw: { width, height, channels }, limitInputPixels: MAX_PIXELS });
}
