import { expect, it } from "vitest";
import type { FailureRecord, PredictionRecord } from "../../../src/records/record.js";
import { formatSummary, SummaryBuilder } from "../../../src/records/summary.js";

const prediction = (ageMonths: number, boneAgeMonths: number | null): PredictionRecord => {
  const place = { index: 0, row: 1, imageId: "a.png", dir: "", patientId: "", sex: null };
  return {
    ...place,
    sexPredicted: false,
    sexFromHeader: false,
    chronologicalAgeMonths: null,
    ageFrom: null,
    mask: null,
    ...{ oriented: null, distance: null, quality: null },
    boneAgeMonths,
    ageZ: 0,
    rawMonths: null,
    ageMonths,
    sexHat: null,
  };
};
const failure = (code: string, dropped = false): FailureRecord => {
  return { index: 0, row: 1, file: "a.png", code, message: "it is so", dropped };
};

it("counts rows, failures by code, and deviations where the truth is known", () => {
  const summary = new SummaryBuilder();
  const sex = { ...failure("ERR_DEEPLASIA_SEX"), remedy: "Do so." };
  summary.add(prediction(100, 90), true);
  summary.add(prediction(50, 54));
  summary.add(prediction(70, null));
  summary.add(sex);
  summary.add(failure("ERR_DEEPLASIA_IMAGE_MISSING"));
  summary.add(failure("ERR_DEEPLASIA_IMAGE_MISSING"));
  summary.add(failure("ERR_DEEPLASIA_MASK_MISSING", true));
  expect(summary.failed).toBe(3);
  expect(summary.build(3)).toEqual({
    rows: 7,
    predicted: 3,
    failed: 3,
    dropped: 1,
    failuresByCode: { ERR_DEEPLASIA_IMAGE_MISSING: 2, ERR_DEEPLASIA_SEX: 1, ERR_DEEPLASIA_MASK_MISSING: 1 },
    firstFailure: sex,
    firstFailures: expect.objectContaining({ ERR_DEEPLASIA_SEX: sex }),
    ...{ turned: 0, inverted: 0, flagged: 0 },
    outside: 0,
    withTruth: 2,
    madMonths: 7,
    members: [],
    sexPredicted: 0,
    sexFromHeader: 0,
    resumedRows: 1,
    seconds: 3,
    picturesPerSecond: 2,
  });
  expect(formatSummary(summary.build(3))).toBe(
    [
      "3 of 7 rows predicted, 3 failed, 1 left out for want of a mask",
      "  ERR_DEEPLASIA_IMAGE_MISSING: 2; the first: row 1, a.png: it is so",
      "  ERR_DEEPLASIA_SEX: 1; row 1, a.png: it is so",
      "    Do so.",
      "  ERR_DEEPLASIA_MASK_MISSING: 1; row 1, a.png: it is so",
      "mean absolute deviation 7.00 months on 2 rows with a known bone age",
      "2.0 pictures a second, 3 s (1 row was done before)",
    ].join("\n"),
  );
});

it("gives each member's deviation beside the ensemble's, and counts sexes of headers and predicted ones", () => {
  const { ageZ: _z, rawMonths: _months, ...row } = prediction(100, 90);
  const members = [
    { name: "b", ageMonths: 110 },
    { name: "a", ageMonths: 90 },
  ];
  const summary = new SummaryBuilder();
  summary.add({ ...row, members, sdMonths: 14, sexPredicted: true });
  summary.add({ ...row, members, sdMonths: 14, sexFromHeader: true, boneAgeMonths: 97 });
  expect(summary.build(1)).toMatchObject({
    withTruth: 2,
    madMonths: 6.5,
    members: [
      { name: "b", madMonths: 16.5 },
      { name: "a", madMonths: 3.5 },
    ],
    sexPredicted: 1,
    sexFromHeader: 1,
  });
  expect(formatSummary(summary.build(1)).split("\n").slice(1, -1)).toEqual([
    "the sex is that of the DICOM header in 1 row",
    "the sex was predicted in 1 row",
    "mean absolute deviation 6.50 months on 2 rows with a known bone age",
    "  b: 16.50 months",
    "  a: 3.50 months",
  ]);
});

it("leaves the deviation out without truth, and accepts an empty run", () => {
  const summary = new SummaryBuilder();
  expect(summary.build(0)).toMatchObject({ rows: 0, madMonths: null, picturesPerSecond: 0 });
  summary.add(prediction(70, null));
  expect(formatSummary(summary.build(1))).not.toMatch(/deviation/);
});

it("counts bone ages that no child has", () => {
  const summary = new SummaryBuilder();
  for (const months of [-0.1, 0, 120, 240, 240.5, 5000]) summary.add(prediction(months, null));
  expect(summary.build(1).outside).toBe(3);
  expect(formatSummary(summary.build(1))).toContain("3 bone ages outside of 0 to 240 months");
});

it("counts pictures that were put right and doubtful ones", () => {
  const summary = new SummaryBuilder();
  summary.add({ ...prediction(70, null), oriented: ["180", "inverted"], quality: [] });
  summary.add({ ...prediction(70, null), oriented: ["90"], quality: ["hand_cut", "saturated"] });
  summary.add({ ...prediction(70, null), oriented: [], quality: null });
  expect(summary.build(1)).toMatchObject({ turned: 2, inverted: 1, flagged: 1 });
  expect(formatSummary(summary.build(1)).split("\n").slice(1, -1)).toEqual([
    "2 pictures were turned upright (column oriented)",
    "the grey scale of 1 picture was inverted (column oriented)",
    "1 picture is doubtful (column quality)",
  ]);
});
