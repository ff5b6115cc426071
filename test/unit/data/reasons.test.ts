import { expect, it } from "vitest";
import { reasonLines } from "../../../src/data/reasons.js";
import { DeeplasiaError, type ErrorCode } from "../../../src/errors.js";

const error = (code: ErrorCode, message: string, row: number, remedy = "Mend it.") =>
  new DeeplasiaError(code, message, { row, file: "c.csv", remedy });

it("groups errors that differ in a quoted word, the most frequent kind first, each with its first row", () => {
  const errors = [
    error("ERR_DEEPLASIA_ROW", "image_ID is empty", 1),
    error("ERR_DEEPLASIA_SEX", 'unknown sex "True"', 2),
    error("ERR_DEEPLASIA_SEX", 'unknown sex "False"', 3),
    error("ERR_DEEPLASIA_SEX", 'unknown sex "True"', 4),
    error("ERR_DEEPLASIA_IMAGE_MISSING", "there is no such picture", 5),
    error("ERR_DEEPLASIA_IMAGE_MISSING", 'there is no such picture; the nearest is "a.jpg" in x', 6),
  ];
  expect(reasonLines(errors)).toEqual([
    '3 rows: unknown sex "True" or "False" (the first: row 2, c.csv). Mend it.',
    "2 rows: there is no such picture (the first: row 5, c.csv). Mend it.",
    "1 row: image_ID is empty (the first: row 1, c.csv). Mend it.",
  ]);
  expect(reasonLines([])).toEqual([]);
});

it("names at most four words and eight kinds", () => {
  const words = Array.from({ length: 9 }, (_, i) => error("ERR_DEEPLASIA_SEX", `unknown sex "${i}"`, i + 1));
  expect(reasonLines(words)[0]).toMatch(/^9 rows: unknown sex "0", "1", "2", "3", … \(/);
  const kinds = Array.from({ length: 12 }, (_, i) => error("ERR_DEEPLASIA_ROW", `reason ${i}`, i + 1));
  expect(reasonLines(kinds)).toHaveLength(9);
});
