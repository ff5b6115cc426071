import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { csvRows, runCli } from "../helpers/cli.js";
import { dicomFile, type Elements, greyElements } from "../helpers/dicomFile.js";
import { halves } from "../helpers/pictures.js";
import { temporaryFolder, writeTree } from "../helpers/temporary.js";
import { fixture } from "../helpers/testData.js";

const ramp = Uint16Array.from({ length: 200 * 200 }, (_, i) => (i % 200) * 20);
/** What must appear in no output. */
const SECRETS = /GEHEIM|SECRET|19990101|Klinik/;
const patient: Elements = {
  "00080080": ["LO", "Klinik am See"],
  "00100010": ["PN", "GEHEIM^ANNA"],
  "00100020": ["LO", "SECRET42"],
  "00100030": ["DA", "19990101"],
  "00100040": ["CS", "F"],
  "00080020": ["DA", "20090101"],
};
const hand = (more: Elements = {}) => dicomFile({ ...greyElements(200, ramp), ...patient, ...more });

test("a tree of DICOM files becomes a cohort CSV with sex and age, and nothing else of a patient", async () => {
  const folder = await writeTree(await temporaryFolder(), {
    "study/IM0001": hand(),
    "study/1.2.840.4711.7": hand({
      "00100040": ["CS", "O"],
      "00100030": ["DA", ""],
      "00101010": ["AS", "007Y"],
    }),
    "report.dcm": dicomFile(patient),
    "photo.png": await halves(200),
    "notes.txt": "SECRET42",
  });
  const out = join(folder, "cohort.csv");
  const { code, stdout, stderr } = await runCli(["cohort", "import", "dicom", folder, "--out", out]);
  expect(csvRows(await readFile(out, "utf8"))).toEqual([
    {
      image_ID: "1.2.840.4711.7",
      dir: "study",
      patient_ID: "1.2.840.4711",
      sex: "",
      bone_age: "",
      chronological_age: "84",
      age_from: "PatientAge",
    },
    {
      image_ID: "IM0001",
      dir: "study",
      patient_ID: "IM0001",
      sex: "F",
      bone_age: "",
      chronological_age: "120.02",
      age_from: "dates",
    },
  ]);
  // The report holds no picture: a row that could not be used.
  expect(code).toBe(3);
  expect(stdout).toMatch(/without a picture/);
  expect(stdout + stderr + (await readFile(out, "utf8"))).not.toMatch(SECRETS);
});

test("predict reads a folder of DICOM files; damaged ones are failures, and nothing of a patient is written", async () => {
  const folder = await writeTree(await temporaryFolder(), {
    IM0001: hand(),
    "b.dcm": hand({ "00280004": ["CS", "MONOCHROME1"] }),
    "c.dcm": hand().subarray(0, 5000),
  });
  const out = join(await temporaryFolder(), "ages.csv");
  const args = ["predict", folder, "--sex=F", "-m", fixture("models/slow.pt"), "--output_path", out];
  const { code, stdout, stderr } = await runCli(args);
  expect(code).toBe(3);
  const rows = csvRows(await readFile(out, "utf8"));
  expect(rows.map(({ image_ID }) => image_ID)).toEqual(["IM0001", "b.dcm"]);
  const written = await Promise.all(
    (await readdir(join(out, ".."))).map((name) => readFile(join(out, "..", name), "utf8")),
  );
  expect(written.join()).toMatch(/c\.dcm.*cut off/);
  expect([stdout, stderr, ...written].join()).not.toMatch(SECRETS);
});
