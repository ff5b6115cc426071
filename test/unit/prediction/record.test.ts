import { readFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  FAILURE_COLUMNS,
  type FailureRecord,
  failureFromCsv,
  failuresToCsv,
  float32Text,
  type PredictionRecord,
  predictionColumns,
  predictionFromCsv,
  predictionFromJson,
  predictionsToCsv,
  predictionsToJsonl,
} from "../../../src/prediction/record.js";
import { describeWithTestData, testData } from "../../helpers/testData.js";

const record: PredictionRecord = {
  index: 4,
  row: 9,
  imageId: "a.png",
  dir: "x",
  patientId: "01",
  sex: "M",
  boneAgeMonths: 100,
  ageZ: Math.fround(-0.1),
  ageMonths: 123.5,
  sexHat: Math.fround(0.75),
};

describe("columns", () => {
  it("are the reference's, then ours", () => {
    expect(predictionColumns(true).join()).toBe(
      "image_ID,sex,y_hat,sex_hat,pred_bone_age,row,dir,patient_ID,bone_age",
    );
    expect(predictionColumns(false).join()).toBe(
      "image_ID,sex,y_hat,pred_bone_age,row,dir,patient_ID,bone_age",
    );
  });

  it("hold what they say", () => {
    expect(predictionsToCsv([record], true)).toBe("a.png,1.0,-0.1,0.75,123.5,9,x,01,100.0\n");
    const unknown = { ...record, sex: null, boneAgeMonths: null, sexHat: null };
    expect(predictionsToCsv([{ ...record, sex: "F" }, unknown], false)).toBe(
      "a.png,0.0,-0.1,123.5,9,x,01,100.0\na.png,,-0.1,123.5,9,x,01,\n",
    );
  });

  it("have the same values as fields of JSON lines", () => {
    expect(predictionsToJsonl([record], true)).toBe(
      '{"imageId":"a.png","sex":"M","ageZ":-0.1,"sexHat":0.75,"ageMonths":123.5,"row":9,"dir":"x","patientId":"01","boneAgeMonths":100}\n',
    );
    expect(JSON.parse(predictionsToJsonl([record], false))).not.toHaveProperty("sexHat");
  });
});

const float32 = fc.float({ noNaN: true, noDefaultInfinity: true });
const text = fc.string({ unit: "grapheme" });
const predictions = fc.record({
  index: fc.constant(-1),
  row: fc.integer({ min: 1, max: 3_000_000 }),
  imageId: text,
  dir: text,
  patientId: text,
  sex: fc.constantFrom("M" as const, "F" as const, null),
  boneAgeMonths: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => x + 0)),
  ageZ: float32,
  ageMonths: float32,
  sexHat: fc.option(float32),
});

describe("what is written is read back", () => {
  const csv = (textOfFile: string) => parse(textOfFile, { record_delimiter: "\n" }) as string[][];

  it("CSV", () => {
    fc.assert(
      fc.property(fc.array(predictions), (records) => {
        const read = csv(predictionsToCsv(records, true)).map((cells) => predictionFromCsv(cells, true));
        expect(read).toEqual(records);
      }),
    );
  });

  it("JSON lines", () => {
    fc.assert(
      fc.property(fc.array(predictions), (records) => {
        const lines = predictionsToJsonl(records, true).split("\n").slice(0, -1);
        // JSON has no -0 in `JSON.stringify`; the truth is never negative.
        const expected = records.map((r) => ({
          ...r,
          boneAgeMonths: r.boneAgeMonths === 0 ? 0 : r.boneAgeMonths,
        }));
        expect(lines.map(predictionFromJson)).toEqual(expected);
      }),
    );
  });

  it("failures", () => {
    const failures = fc.record({
      index: fc.constant(-1),
      row: fc.integer({ min: 1 }),
      file: text,
      code: fc.constantFrom("ERR_DEEPLASIA_SEX", "ERR_DEEPLASIA_MASK_MISSING"),
      message: text,
    });
    fc.assert(
      fc.property(fc.array(failures), (plain) => {
        const records: FailureRecord[] = plain.map((failure) => {
          return { ...failure, dropped: failure.code === "ERR_DEEPLASIA_MASK_MISSING" };
        });
        expect(csv(failuresToCsv(records)).map(failureFromCsv)).toEqual(records);
      }),
    );
  });

  it("lines that are none are refused", () => {
    expect(predictionFromCsv(["a.png"], true)).toBe(null);
    expect(predictionFromCsv(predictionColumns(true), true)).toBe(null);
    expect(failureFromCsv(FAILURE_COLUMNS)).toBe(null);
    expect(failureFromCsv(["1"])).toBe(null);
    for (const line of ["", "7", "null", '{"row":', "{}"]) expect(predictionFromJson(line)).toBe(null);
  });
});

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
