import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ALL_MARKS,
  FAILURE_COLUMNS,
  failureFromCsv,
  failuresToCsv,
  type Layout,
  predictionColumns,
  predictionFromCsv,
  predictionFromJson,
  predictionsToText,
} from "../../../src/predictionFiles/columns.js";
import type { EnsembleRecord, FailureRecord, PredictionRecord } from "../../../src/records/record.js";

/** One model without sex head, as CSV; the other layouts differ in what is given. */
const layout = (more: Partial<Layout> = {}): Layout => {
  const marks = {
    ...{ marksSex: false, hasHeaders: false, marksMask: false },
    ...{ marksQuality: false, marksDistance: false, marksOrientation: false },
  };
  return { format: "csv", members: null, hasSexHead: false, ageUnit: "z", ...marks, ...more };
};
const withHead = layout({ hasSexHead: true });
const jsonl = layout({ format: "jsonl", hasSexHead: true });
const all = { hasSexHead: true, ...ALL_MARKS };

const record: PredictionRecord = {
  index: 4,
  row: 9,
  imageId: "a.png",
  dir: "x",
  patientId: "01",
  sex: "M",
  sexPredicted: false,
  ...{ sexFromHeader: false, chronologicalAgeMonths: null, ageFrom: null },
  mask: null,
  ...{ oriented: null, distance: null, quality: null },
  boneAgeMonths: 100,
  ageZ: Math.fround(-0.1),
  rawMonths: null,
  ageMonths: 123.5,
  sexHat: Math.fround(0.75),
};

const { ageZ: _z, rawMonths: _months, ...row } = record;
const ensemble: EnsembleRecord = {
  ...row,
  members: [
    { name: "b", ageMonths: 123 },
    { name: "1", ageMonths: 124 },
  ],
  sdMonths: Math.fround(Math.SQRT1_2),
};

describe("columns", () => {
  it("are the reference's, then ours", () => {
    expect(predictionColumns(withHead).join()).toBe(
      "image_ID,sex,y_hat,sex_hat,pred_bone_age,row,dir,patient_ID,bone_age",
    );
    expect(predictionColumns(layout()).join()).toBe(
      "image_ID,sex,y_hat,pred_bone_age,row,dir,patient_ID,bone_age",
    );
  });

  it("hold what they say", () => {
    expect(predictionsToText([record], withHead)).toBe("a.png,1.0,-0.1,0.75,123.5,9,x,01,100.0\n");
    const unknown = { ...record, sex: null, boneAgeMonths: null, sexHat: null };
    expect(predictionsToText([{ ...record, sex: "F" }, unknown], layout())).toBe(
      "a.png,0.0,-0.1,123.5,9,x,01,100.0\na.png,,-0.1,123.5,9,x,01,\n",
    );
  });

  it("have the same values as fields of JSON lines", () => {
    expect(predictionsToText([record], jsonl)).toBe(
      '{"imageId":"a.png","sex":"M","ageZ":-0.1,"sexHat":0.75,"ageMonths":123.5,"row":9,"dir":"x","patientId":"01","boneAgeMonths":100}\n',
    );
    expect(JSON.parse(predictionsToText([record], layout({ format: "jsonl" })))).not.toHaveProperty("sexHat");
  });

  it("have the views of test-time augmentation with the deviation between them, and prediction intervals", () => {
    const views = [
      { name: "rot=0-no_flip", ageMonths: 123, sexHat: 0.5 },
      { name: "rot=0-flip", ageMonths: 124, sexHat: 1 },
    ];
    const intervals = [{ level: 0.95, lowMonths: 100.5, highMonths: 146.5 }];
    const more = { hasSexHead: true, views: views.map(({ name }) => name), intervals: [0.95] };
    expect(predictionColumns(layout(more)).join()).toBe(
      "image_ID,sex,y_hat,sex_hat,pred_bone_age,pred_low_95,pred_high_95,row,dir,patient_ID,bone_age," +
        "pred_bone_age-rot=0-no_flip,sex_hat-rot=0-no_flip,pred_bone_age-rot=0-flip,sex_hat-rot=0-flip,tta_sd",
    );
    const full = { ...record, views, intervals };
    const line = predictionsToText([full], layout(more));
    expect(line).toBe("a.png,1.0,-0.1,0.75,123.5,100.5,146.5,9,x,01,100.0,123.0,0.5,124.0,1.0,0.70710677\n");
    const [cells] = parse(line) as string[][];
    expect(predictionFromCsv(cells!, layout(more))).toEqual({ ...full, index: -1 });
    const json = predictionsToText([full], layout({ format: "jsonl", ...more }));
    expect(predictionFromJson(json, layout({ format: "jsonl", ...more }))).toEqual({ ...full, index: -1 });
  });

  it("describe the mask that a model made, if one makes masks", () => {
    const marked = layout({ marksMask: true });
    expect(predictionColumns(marked).slice(-3)).toEqual(["mask_area", "mask_box", "mask_confidence"]);
    const mask = { area: 0.25, box: { x: 1, y: 2, width: 30, height: 40 }, confidence: Math.fround(0.9) };
    expect(predictionsToText([record, { ...record, mask }], marked)).toBe(
      "a.png,1.0,-0.1,123.5,9,x,01,100.0,,,\na.png,1.0,-0.1,123.5,9,x,01,100.0,0.25,1 2 30 40,0.9\n",
    );
    const line = predictionsToText([{ ...record, mask }], layout({ format: "jsonl", marksMask: true }));
    expect(line).toContain(
      '"mask":{"area":0.25,"box":{"x":1,"y":2,"width":30,"height":40},"confidence":0.9}',
    );
  });

  it("hold how a picture was put right, how far it is from training, and what is doubtful", () => {
    const marked = layout({ marksQuality: true, marksDistance: true, marksOrientation: true });
    expect(predictionColumns(marked).slice(-3)).toEqual(["oriented", "feature_distance", "quality"]);
    const doubtful = {
      ...record,
      ...{ oriented: ["180", "inverted"] as const, distance: 1.5, quality: ["far_from_training"] as const },
    };
    expect(predictionsToText([doubtful], marked)).toBe(
      "a.png,1.0,-0.1,123.5,9,x,01,100.0,180;inverted,1.5,far_from_training\n",
    );
  });

  it("are the same for a network that returns months; its JSON lines name the unit", () => {
    const months = { ...record, ageZ: null, rawMonths: 130.5 };
    const [csv, json] = (["csv", "jsonl"] as const).map((format) => layout({ format, ageUnit: "months" }));
    expect(predictionColumns(csv!)).toEqual(predictionColumns(layout()));
    const cells = "a.png,1.0,130.5,123.5,9,x,01,100.0";
    expect(predictionsToText([months], csv!)).toBe(`${cells}\n`);
    const read = { ...months, index: -1, sexHat: null };
    expect(predictionFromCsv(cells.split(","), csv!)).toEqual(read);
    const line = predictionsToText([months], json!);
    expect(line).toContain('"rawMonths":130.5,"ageMonths":123.5');
    expect(line).not.toContain("ageZ");
    expect(predictionFromJson(line, json!)).toEqual(read);
  });

  it("say where the sex was predicted, if a run predicts it", () => {
    const marked = layout({ marksSex: true });
    expect(predictionColumns(marked).at(-1)).toBe("sex_predicted");
    expect(predictionsToText([record, { ...record, sexPredicted: true }], marked)).toBe(
      "a.png,1.0,-0.1,123.5,9,x,01,100.0,False\na.png,1.0,-0.1,123.5,9,x,01,100.0,True\n",
    );
  });

  it("hold what DICOM headers state, if there are such among the pictures", () => {
    const stated = { sexFromHeader: true, chronologicalAgeMonths: 120.02, ageFrom: "dates" as const };
    const withHeaders = layout({ hasHeaders: true });
    expect(predictionColumns(withHeaders).slice(-3)).toEqual([
      "sex_from_header",
      "chronological_age",
      "age_from",
    ]);
    expect(predictionsToText([record, { ...record, ...stated }], withHeaders)).toBe(
      "a.png,1.0,-0.1,123.5,9,x,01,100.0,False,,\na.png,1.0,-0.1,123.5,9,x,01,100.0,True,120.02,dates\n",
    );
  });

  it("of an ensemble are the reference's, in the order of the members, then ours", () => {
    const two = { members: ["b", "1"], hasSexHead: true };
    expect(predictionColumns(layout(two)).join()).toBe(
      "image_ID,b,1,ensemble_bone_age,gt_bone_age,ensemble_sd,sex,sex_hat,row,dir,patient_ID",
    );
    expect(predictionsToText([ensemble], layout(two))).toBe(
      "a.png,123.0,124.0,123.5,100.0,0.70710677,1.0,0.75,9,x,01\n",
    );
    const unknown = { ...ensemble, boneAgeMonths: null, sdMonths: null };
    expect(predictionsToText([unknown], layout(two))).toBe("a.png,123.0,124.0,123.5,,,1.0,0.75,9,x,01\n");
    expect(predictionsToText([ensemble], layout({ members: ["b", "1"], format: "jsonl" }))).toBe(
      '{"imageId":"a.png","members":[{"name":"b","ageMonths":123.0},{"name":"1","ageMonths":124.0}],' +
        '"ageMonths":123.5,"boneAgeMonths":100,"sdMonths":0.70710677,"sex":"M","row":9,"dir":"x","patientId":"01"}\n',
    );
  });
});

const float32 = fc.float({ noNaN: true, noDefaultInfinity: true });
const text = fc.string({ unit: "grapheme" });
const share = fc.float({ min: 0, max: 1, noNaN: true });
const pixels = fc.nat(20_000);
const box = fc.record({ x: pixels, y: pixels, width: pixels, height: pixels });
const predictions = fc.record({
  index: fc.constant(-1),
  row: fc.integer({ min: 1, max: 3_000_000 }),
  imageId: text,
  dir: text,
  patientId: text,
  sex: fc.constantFrom("M" as const, "F" as const, null),
  boneAgeMonths: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => x + 0)),
  ageZ: float32,
  rawMonths: fc.constant(null),
  ageMonths: float32,
  sexHat: fc.option(float32),
  sexPredicted: fc.boolean(),
  sexFromHeader: fc.boolean(),
  chronologicalAgeMonths: fc.option(fc.double({ min: 0, max: 1800, noNaN: true }).map((x) => x + 0)),
  ageFrom: fc.constantFrom("dates" as const, "PatientAge" as const, null),
  mask: fc.option(fc.record({ area: share, box, confidence: share })),
  oriented: fc.array(fc.constantFrom("180" as const, "inverted" as const)),
  distance: fc.option(share),
  quality: fc.array(fc.constantFrom("rotated" as const, "saturated" as const)),
});

describe("what is written is read back", () => {
  const csv = (textOfFile: string) => parse(textOfFile, { record_delimiter: "\n" }) as string[][];

  it("CSV", () => {
    fc.assert(
      fc.property(fc.array(predictions), (records) => {
        const text = predictionsToText(records, layout(all));
        expect(csv(text).map((cells) => predictionFromCsv(cells, layout(all)))).toEqual(records);
      }),
    );
  });

  it("JSON lines", () => {
    fc.assert(
      fc.property(fc.array(predictions), (records) => {
        const jsonl = layout({ ...all, format: "jsonl" });
        const lines = predictionsToText(records, jsonl).split("\n").slice(0, -1);
        // JSON has no -0 in `JSON.stringify`; the truth is never negative.
        const expected = records.map((r) => ({
          ...r,
          boneAgeMonths: r.boneAgeMonths === 0 ? 0 : r.boneAgeMonths,
        }));
        expect(lines.map((line) => predictionFromJson(line, jsonl))).toEqual(expected);
      }),
    );
  });

  it("ensembles, in both formats, whatever the names of the members", () => {
    const names = fc.uniqueArray(text, { minLength: 1, maxLength: 4 });
    const rows = names.chain((members) => {
      const months = fc.tuple(
        ...members.map((name) => fc.record({ name: fc.constant(name), ageMonths: float32 })),
      );
      const record = fc
        .tuple(predictions, months, fc.option(float32))
        .map(([{ ageZ: _z, rawMonths: _months, ...row }, ofMembers, sdMonths]) => ({
          ...row,
          members: ofMembers,
          sdMonths,
        }));
      return fc.tuple(fc.constant(members), fc.array(record));
    });
    fc.assert(
      fc.property(rows, ([members, records]) => {
        const [csvLayout, jsonLayout] = (["csv", "jsonl"] as const).map((format) =>
          layout({ ...all, members, format }),
        ) as [Layout, Layout];
        const cells = csv(predictionsToText(records, csvLayout));
        expect(cells.map((line) => predictionFromCsv(line, csvLayout))).toEqual(records);
        const lines = predictionsToText(records, jsonLayout).split("\n").slice(0, -1);
        const read = lines.map((line) => predictionFromJson(line, jsonLayout));
        expect(read).toEqual(
          records.map((r) => ({ ...r, boneAgeMonths: r.boneAgeMonths === 0 ? 0 : r.boneAgeMonths })),
        );
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
    expect(predictionFromCsv(["a.png"], withHead)).toBe(null);
    expect(predictionFromCsv(predictionColumns(withHead), withHead)).toBe(null);
    expect(failureFromCsv(FAILURE_COLUMNS)).toBe(null);
    expect(failureFromCsv(["1"])).toBe(null);
    for (const line of ["", "7", "null", '{"row":', "{}"]) expect(predictionFromJson(line, jsonl)).toBe(null);
  });
});
