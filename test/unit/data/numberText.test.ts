import { readFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { float32Text } from "../../../src/data/numberText.js";
import { describeWithTestData, testData } from "../../helpers/testData.js";

const float32 = fc.float({ noNaN: true, noDefaultInfinity: true });

describe("float32Text", () => {
  it("gives the same float32 again, for every float32", () => {
    fc.assert(
      fc.property(float32, (value) => {
        expect(Math.fround(Number(float32Text(value)))).toBe(value);
      }),
      { numRuns: 5000 },
    );
  });

  it("has no digit too many: without the last one it is another number", () => {
    fc.assert(
      fc.property(fc.float({ min: Math.fround(0.001), max: 300, noNaN: true }), (value) => {
        const digits = float32Text(value).replace(/^0\.0*|0*\.0$|\./g, "").length;
        if (digits > 1) expect(Math.fround(Number(value.toPrecision(digits - 1)))).not.toBe(value);
      }),
      { numRuns: 2000 },
    );
  });

  // As NumPy prints np.float32(...).
  it.each([
    [0, "0.0"],
    [-0, "-0.0"],
    [1, "1.0"],
    [-2, "-2.0"],
    [0.1, "0.1"],
    [127.31657409667969, "127.316574"],
    [41.17934799194336, "41.179348"],
    [1e-5, "1e-05"],
    [1.5e-7, "1.5e-07"],
    [0.00025, "0.00025"],
    [1e16, "1e+16"],
    [123456, "123456.0"],
    [2 ** -12, "0.00024414062"],
    [3.4028234663852886e38, "3.4028235e+38"],
    [2 ** -149, "1e-45"],
  ])("%d is %s", (value, expected) => expect(float32Text(Math.fround(value))).toBe(expected));
});

describeWithTestData("the reference's own files", ["parity/predict/crop-1_64.csv"], () => {
  it.each(["crop-1_64.csv", "crop-1_512.csv", "legacy_crop-1_512.csv", "nomask_96.csv"])(
    "%s: every number is written as there",
    (name) => {
      const rows = parse(readFileSync(testData(`parity/predict/${name}`), "utf8"), {
        columns: true,
      }) as Record<string, string>[];
      expect(rows).toHaveLength(73);
      for (const row of rows) {
        for (const column of ["y_hat", "sex_hat", "pred_bone_age"]) {
          const written = row[column];
          if (written !== undefined) expect(float32Text(Math.fround(Number(written)))).toBe(written);
        }
      }
    },
  );
});
