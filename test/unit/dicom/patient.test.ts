import { describe, expect, test } from "vitest";
import { readDataset } from "../../../src/dicom/dataset.js";
import { patientFacts } from "../../../src/dicom/patient.js";
import { dicomFile, type Elements } from "../../helpers/dicomFile.js";

const factsOf = (elements: Elements) =>
  patientFacts(readDataset(dicomFile({ ...elements, "7fe00010": ["OW", new Uint8Array(2)] })).elements);

describe("sex", () => {
  test.each([
    ["F", "F"],
    ["M ", "M"],
    ["O", null],
    ["", null],
    ["female", null],
  ])("PatientSex %j is %j", (word, sex) => {
    expect(factsOf({ "00100040": ["CS", word] }).sex).toBe(sex);
  });
});

describe("age", () => {
  test.each<[elements: Elements, months: number | null, from: string | null]>([
    [{ "00100030": ["DA", "20100115"], "00080020": ["DA", "20200115"] }, (3652 * 12) / 365.25, "dates"],
    // Dates come before the stated age.
    [
      { "00100030": ["DA", "20100115"], "00080020": ["DA", "20100115"], "00101010": ["AS", "009Y"] },
      0,
      "dates",
    ],
    [{ "00101010": ["AS", "009Y"] }, 108, "PatientAge"],
    [{ "00101010": ["AS", "018M"] }, 18, "PatientAge"],
    [{ "00101010": ["AS", "010W"] }, (70 * 12) / 365.25, "PatientAge"],
    [{ "00101010": ["AS", "100D"] }, (100 * 12) / 365.25, "PatientAge"],
    [{ "00101010": ["AS", "nine"] }, null, null],
    [{ "00100030": ["DA", "20100230"], "00080020": ["DA", "20200115"] }, null, null],
    // Born after the study.
    [{ "00100030": ["DA", "20210101"], "00080020": ["DA", "20200115"] }, null, null],
    [{}, null, null],
  ])("%j is %s months", (elements, months, from) => {
    const { ageMonths, ageFrom } = factsOf(elements);
    expect(ageFrom).toBe(from);
    if (months === null) expect(ageMonths).toBeNull();
    else expect(ageMonths).toBeCloseTo(months, 9);
  });
});
