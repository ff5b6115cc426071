import type { SmallView } from "./smallView.js";

/** Marks all within `reach` pixels of a mark, in a square round each. */
export function nearness({ width, height }: SmallView, marks: Uint8Array, reach: number): Uint8Array {
  const wide = spread(marks, { length: width, lines: height, reach, step: 1, lineStep: width });
  return spread(wide, { length: height, lines: width, reach, step: width, lineStep: 1 });
}

interface Lines {
  length: number;
  lines: number;
  reach: number;
  step: number;
  lineStep: number;
}

/** Marks all that is within `reach` of a mark on its line. */
function spread(marks: Uint8Array, { length, lines, reach, step, lineStep }: Lines): Uint8Array {
  const result = new Uint8Array(marks.length);
  for (let line = 0; line < lines; line++)
    for (let i = 0; i < length; i++) {
      if (marks[line * lineStep + i * step] === 0) continue;
      const last = Math.min(length - 1, i + reach);
      for (let j = Math.max(0, i - reach); j <= last; j++) result[line * lineStep + j * step] = 1;
    }
  return result;
}
