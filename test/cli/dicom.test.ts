import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { csvRows, runCli } from "../helpers/cli.js";
import { dicomFile, type Elements, greyElements } from "../helpers/dicomFile.js";
import { PATIENT, study } from "../helpers/dicomStudy.js";
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
/** Every file of a folder, by its name. */
async function contentsOf(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder)).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), "latin1")));
  return Object.fromEntries(names.map((name, i) => [name, texts[i]!]));
}
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
  const written = Object.values(await contentsOf(join(out, "..")));
  expect(written.join()).toMatch(/c\.dcm.*cut off/);
  expect([stdout, stderr, ...written].join()).not.toMatch(SECRETS);
});

test("predict takes the sex of the headers where none is given, and writes no other attribute of a patient", async () => {
  const folder = await writeTree(await temporaryFolder(), {
    IM0001: hand(),
    "b.dcm": hand({ "00100040": ["CS", "M"], "00100030": ["DA", ""], "00101010": ["AS", "010Y"] }),
    "c.dcm": hand({ "00100040": ["CS", "O"] }),
  });
  const [model, out] = [fixture("models/mean-plus-sex.pt"), join(await temporaryFolder(), "ages.csv")];
  const env = { LOG_FILE: join(out, "../log.txt") };
  const lines = await runCli(["predict", folder, "-m", model], { env });
  expect(lines.code).toBe(3);
  expect(lines.stdout).toMatch(/^IM0001\tF \(header\)\t.*\tchronological age 120\.0 months$/m);
  expect(lines.stdout).toMatch(/^b\.dcm\tM \(header\)\t.*\tchronological age 120\.0 months$/m);
  expect(lines.stderr).toMatch(/c\.dcm.*its header states neither F nor M/);
  const { code, stdout, stderr } = await runCli(["predict", folder, "-m", model, "-o", out], { env });
  expect(code).toBe(3);
  expect(stderr).toMatch(/the sex is that of the DICOM header in 2 rows/);
  expect(stderr).toMatch(/Add --sex F or --sex M, or a model that predicts it as --predict-sex/);
  const rows = csvRows(await readFile(out, "utf8"));
  expect(rows.map((row) => [row.sex, row.sex_from_header, row.chronological_age, row.age_from])).toEqual([
    ["0.0", "True", "120.02", "dates"],
    ["1.0", "True", "120.0", "PatientAge"],
  ]);
  const written = await contentsOf(join(out, ".."));
  expect(Object.keys(written)).toEqual([
    "ages.csv",
    "ages.csv.failures.csv",
    "ages.csv.provenance.json",
    "log.txt",
  ]);
  expect([lines.stdout, lines.stderr, stdout, stderr, ...Object.values(written)].join()).not.toMatch(SECRETS);
});

test("predict --dicom-out writes the patient into the objects and nowhere else", async () => {
  const [input, folder] = [
    await writeTree(await temporaryFolder(), { "study/IM1": study() }),
    await temporaryFolder(),
  ];
  const [out, objects] = [join(folder, "csv/ages.csv"), join(folder, "objects")];
  await mkdir(join(folder, "csv"));
  const env = { LOG_FILE: join(folder, "csv/log.txt") };
  const args = [
    "predict",
    input,
    "-m",
    fixture("models/mean-plus-sex.pt"),
    "-o",
    out,
    "--dicom-out",
    objects,
  ];
  const { code, stdout, stderr } = await runCli(args, { env });
  expect(stderr).toMatch(/reports and annotated copies of 1 DICOM file/);
  expect(code).toBe(0);
  const written = await contentsOf(join(folder, "csv"));
  expect(Object.keys(written)).toEqual(["ages.csv", "ages.csv.provenance.json", "log.txt"]);
  const everywhere = [stdout, stderr, ...Object.values(written)].join();
  const made = await contentsOf(join(objects, "study"));
  expect(Object.keys(made)).toEqual(["IM1.sc.dcm", "IM1.sr.dcm"]);
  for (const [tag, [, value]] of Object.entries(PATIENT)) {
    for (const file of Object.values(made)) expect(file).toContain(value);
    // The sex is what a run is asked for; the character set is in no output either.
    if (tag !== "00100040") expect(everywhere).not.toContain(value);
  }
});
