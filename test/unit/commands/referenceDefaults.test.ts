import { expect, test } from "vitest";
import { placesUsed } from "../../../src/commands/referenceDefaults.js";

const options = { annotationCsv: "a.csv", imgDir: "../data/annotated/", splitCsv: "s.csv", splitColumn: "" };

test("places of the reference are named where no flag names others and they are used", () => {
  expect(placesUsed({}, options)).toBe(
    "not given, so used as in the reference: --img_dir ../data/annotated/",
  );
  expect(placesUsed({ img_dir: "x" }, options)).toBe(null);
  const withSplit = { ...options, splitColumn: "test" };
  expect(placesUsed({ img_dir: "x" }, withSplit)).toMatch(/: --split_csv s\.csv$/);
  expect(placesUsed({ img_dir: "x", split_csv: "y" }, withSplit)).toBe(null);
  expect(placesUsed({}, { ...withSplit, annotationCsv: undefined })).toBe(null);
});
