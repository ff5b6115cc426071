/** The sex and age of DICOM headers in predictions: used where no sex is given, and marked. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createPredictor, predictCohort, predictImage, writePredictions } from "../../src/index.js";
import { csvRows } from "../helpers/cli.js";
import { dicomFile, type Elements, greyElements } from "../helpers/dicomFile.js";
import { withModels } from "../helpers/loadedModels.js";
import { modelFile } from "../helpers/model.js";
import { halves } from "../helpers/pictures.js";
import { collect, temporaryFolder, writeTree } from "../helpers/temporary.js";

/** Adds 20 months for a boy. */
const MODEL = modelFile("mean-plus-sex");
/** Calls a picture a boy's whose mean is above 0.3. */
const SEX_MODEL = modelFile("tells-sex");
const bright = new Uint16Array(100 * 100).fill(3000, 5000).fill(1000, 0, 100);
const dicom = (sex: string, more: Elements = {}) =>
  dicomFile({ ...greyElements(100, bright), "00100040": ["CS", sex], ...more });
const dates: Elements = { "00100030": ["DA", "20000101"], "00080020": ["DA", "20100101"] };

describe("the sex of a header", () => {
  test("is that of one picture, where none is given", () =>
    withModels([MODEL], async (model) => {
      const girl = await predictImage(model!, dicom("F", dates));
      const boy = await predictImage(model!, new Blob([new Uint8Array(dicom("M"))]));
      expect(girl).toMatchObject({ sex: "F", sexFromHeader: true, sexPredicted: false });
      expect(girl).toMatchObject({ chronologicalAgeMonths: 120.02, ageFrom: "dates" });
      expect(boy).toMatchObject({
        sex: "M",
        sexFromHeader: true,
        chronologicalAgeMonths: null,
        ageFrom: null,
      });
      expect(boy.ageMonths - girl.ageMonths).toBeCloseTo(20, 3);
      await using predictor = await createPredictor(model!);
      expect(await predictor.predict({ image: dicom("M") })).toEqual(boy);
    }));

  test("yields to one that is given; a note has the difference", () =>
    withModels([MODEL], async (model) => {
      const given = await predictImage(model!, dicom("M"), { sex: "F" });
      expect(given).toMatchObject({ sex: "F", sexFromHeader: false });
      expect(given.notes).toContain("its header states the other sex (M); F is used");
      expect((await predictImage(model!, dicom("F"), { sex: "F" })).notes.join()).not.toMatch(/sex/);
    }));

  test.each(["O", "", "U", "female"])("is not guessed from %j", (word) =>
    withModels([MODEL, SEX_MODEL], async (model, sexModel) => {
      await expect(predictImage(model!, dicom(word))).rejects.toMatchObject({
        code: "ERR_DEEPLASIA_SEX",
        message: "this model needs the sex of the child, and its header states neither F nor M",
      });
      expect(await predictImage(model!, dicom(word), { sexModel: sexModel! })).toMatchObject({
        ...{ sex: "M", sexPredicted: true, sexFromHeader: false },
      });
    }),
  );
});

describe("a folder with DICOM files", () => {
  const folder = async () =>
    writeTree(await temporaryFolder(), {
      "a.dcm": dicom("F", dates),
      "b/IM0002": dicom("M", { "00101010": ["AS", "010Y"] }),
      "c.dcm": dicom("O"),
      "d.png": await halves(200),
    });

  test("is predicted with their sexes; what has none is a failed row", () =>
    withModels([MODEL], async (model) => {
      const root = await folder();
      const outputPath = join(await temporaryFolder(), "out.csv");
      const summary = await writePredictions(model!, { files: [root], outputPath });
      expect(summary).toMatchObject({ predicted: 2, failed: 2, sexFromHeader: 2 });
      expect(csvRows(await readFile(outputPath, "utf8"))).toMatchObject([
        {
          image_ID: "a.dcm",
          sex: "0.0",
          sex_from_header: "True",
          chronological_age: "120.02",
          age_from: "dates",
        },
        {
          image_ID: "IM0002",
          sex: "1.0",
          sex_from_header: "True",
          chronological_age: "120.0",
          age_from: "PatientAge",
        },
      ]);
      const failures = await readFile(`${outputPath}.failures.csv`, "utf8");
      expect(failures).toContain(`${join(root, "c.dcm")},ERR_DEEPLASIA_SEX,`);
      expect(failures).toContain(`${join(root, "d.png")},ERR_DEEPLASIA_SEX,`);
      // Resuming predicts the failed rows again, and keeps the others with all of their columns.
      const before = await readFile(outputPath, "utf8");
      await writePredictions(model!, { files: [root], outputPath, resume: true });
      expect(await readFile(outputPath, "utf8")).toBe(before);
    }));

  test("of an ensemble has the same columns; a sex model predicts where no header states the sex", () =>
    withModels([MODEL, modelFile("tuple-age-sex"), SEX_MODEL], async (model, other, sexModel) => {
      const outputPath = join(await temporaryFolder(), "out.csv");
      await writePredictions([model!, other!], { files: [await folder()], sexModel: sexModel!, outputPath });
      const rows = csvRows(await readFile(outputPath, "utf8"));
      const pick = (row: Record<string, string>) => [row.image_ID, row.sex_predicted, row.sex_from_header];
      expect(rows.map(pick)).toEqual([
        ["a.dcm", "False", "True"],
        ["IM0002", "False", "True"],
        ["c.dcm", "True", "False"],
        ["d.png", "True", "False"],
      ]);
    }));

  test("leaves the sex to a CSV that is given; an annotation CSV's rows do not use headers", () =>
    withModels([MODEL, SEX_MODEL], async (model, sexModel) => {
      const root = await folder();
      const csv = join(root, "cohort.csv");
      await writeFile(csv, "image_ID,dir,sex\na.dcm,,M\nIM0002,b,\n");
      const files = [join(root, "a.dcm")];
      const [fromCsv] = await collect(predictCohort(model!, { files, sexFrom: csv }));
      expect(fromCsv).toMatchObject({ sex: "M", sexFromHeader: false });
      const cohort = { annotationCsv: csv, imgDir: root, sexModel: sexModel! };
      expect(await collect(predictCohort(model!, cohort))).toMatchObject([
        { sex: "M", sexFromHeader: false, sexPredicted: false },
        { sex: "M", sexFromHeader: false, sexPredicted: true },
      ]);
    }));

  test("is needed for it: other pictures without a sex are a wrong call, and have no such columns", () =>
    withModels([MODEL], async (model) => {
      const root = await writeTree(await temporaryFolder(), { "d.png": await halves(200) });
      await expect(collect(predictCohort(model!, { files: [root] }))).rejects.toMatchObject({
        code: "ERR_DEEPLASIA_USAGE",
      });
      const outputPath = join(root, "out.csv");
      await writePredictions(model!, { files: [join(root, "d.png")], sex: "F", outputPath });
      expect(await readFile(outputPath, "utf8")).not.toMatch(/header|chronological/);
    }));
});
