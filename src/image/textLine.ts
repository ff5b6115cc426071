/** Lines of text on sheets of pictures. */
import sharp from "sharp";

/** Height of a line, pixels. */
export const LINE = 18;
const FONT = "sans 9";

/** A line of text, black on white; what does not fit is cut off. */
export async function textLine(text: string, room: number): Promise<Buffer> {
  const { data, info } = await drawn(text);
  const [width, height] = [Math.min(info.width, room), Math.min(info.height, LINE)];
  return sharp(data).extract({ left: 0, top: 0, width, height }).negate({ alpha: false }).png().toBuffer();
}

function drawn(text: string) {
  const escaped = text.replace(
    /[<>&]/g,
    (sign) => ({ "<": "&lt;", ">": "&gt;", "&": "&amp;" })[sign] ?? sign,
  );
  return sharp({ text: { text: escaped, font: FONT, dpi: 96 } })
    .toColourspace("b-w")
    .png()
    .toBuffer({ resolveWithObject: true });
}

/** Without a font, all letters are the same box, or drawing fails. */
export async function hasFont(): Promise<boolean> {
  const widths = await Promise.all(["i", "W"].map((letter) => drawn(letter))).catch(() => []);
  return new Set(widths.map(({ info }) => info.width)).size === 2;
}
