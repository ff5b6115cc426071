import sharp from "sharp";
import { type Figure, figureFile } from "./figure.js";

/** PNGs have twice the pixels of the figure, for print and for dense screens. */
const DENSITY = 144;

export const figurePng = (figure: Figure): Promise<Buffer> =>
  sharp(Buffer.from(figureFile(figure)), { density: DENSITY })
    .png()
    .toBuffer();
