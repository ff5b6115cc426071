/** Text in pixels, from letters of 5 x 7 of its own: a machine may have no fonts. */

/** Seven rows of five pixels, each a digit of base 32, the left pixel its highest bit. */
const LETTERS: Readonly<Record<string, string>> = {
  ...{ A: "ehhvhhh", B: "uhhuhhu", C: "ehggghe", D: "uhhhhhu", E: "vgguggv", F: "vgguggg", G: "ehgnhhf" },
  ...{ H: "hhhvhhh", I: "e44444e", J: "72222ic", K: "hikokih", L: "ggggggv", M: "hrllhhh", N: "hhpljhh" },
  ...{ O: "ehhhhhe", P: "uhhuggg", Q: "ehhhlid", R: "uhhukih", S: "fgge11u", T: "v444444", U: "hhhhhhe" },
  ...{ V: "hhhhha4", W: "hhhllla", X: "hha4ahh", Y: "hhha444", Z: "v1248gv", "0": "ehjlphe", "1": "4c4444e" },
  ...{ "2": "eh1248v", "3": "v2421he", "4": "26aiv22", "5": "vgu11he", "6": "68guhhe", "7": "v124888" },
  ...{ "8": "ehhehhe", "9": "ehhf12c", ".": "00000cc", ",": "0000c48", "(": "2488842", ")": "8422248" },
  ...{ "-": "000e000", "±": "44v440v", ":": "0cc0cc0", " ": "0000000" },
};

/** With the space to the next letter and to the next line. */
const CELL = { width: 6, height: 9 };

/** Pixels that the lines take, one pixel of a letter being `scale` pixels wide. */
export function textSize(lines: readonly string[], scale: number): { width: number; height: number } {
  const longest = Math.max(...lines.map((line) => line.length));
  return { width: scale * (CELL.width * longest + 1), height: scale * (CELL.height * lines.length + 1) };
}

/** Draws capitals in white; a letter that there is none of stays blank. `top`: the first row of pixels. */
export function drawText(
  canvas: { data: Uint8Array; width: number },
  lines: readonly string[],
  { top, scale }: { top: number; scale: number },
): void {
  for (const [row, line] of lines.entries())
    for (const [column, letter] of [...line.toUpperCase()].entries())
      for (let pixel = 0; pixel < 35; pixel++) {
        const [x, y] = [pixel % 5, Math.floor(pixel / 5)];
        const bits = Number.parseInt(LETTERS[letter]?.[y] ?? "0", 32);
        if ((bits & (16 >> x)) === 0) continue;
        const left = scale * (CELL.width * column + 1 + x);
        const first = top + scale * (CELL.height * row + 1 + y);
        for (let i = first; i < first + scale; i++)
          canvas.data.fill(255, i * canvas.width + left, i * canvas.width + left + scale);
      }
}
