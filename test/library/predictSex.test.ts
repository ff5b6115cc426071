/** A sex model through the library: `tells-sex` calls a picture a boy's whose mean is above 0.3. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { decodePicture } from "../../src/image/decodePicture.js";
import { isFailure, predictCohort, predictImage, writePredictions } from "../../src/index.js";
import { native } from "../../src/native.js";
import { csvRows } from "../helpers/cli.js";
import { variant, withModels } from "../helpers/loadedModels.js";
import { modelFile } from "../helpers/model.js";
import { blankCentre, halves, writeCohort } from "../helpers/pictures.js";
import { collect, temporaryFolder } from "../helpers/temporary.js";

vi.mock("../../src/image/decodePicture.js", async (original) => {
  const decode = await original<typeof import("../../src/image/decodePicture.js")>();
  return { ...decode, decodePicture: vi.fn(decode.decodePicture) };
});

const decoded = vi.mocked(decodePicture);
beforeEach(() => {
  decoded.mockClear();
});

describe("a sex that is not given", () => {
  const files = [modelFile("mean-plus-sex"), modelFile("tells-sex")];
  /** `halves` of 200 is a boy's picture to tells-sex, of 90 a girl's: means of 0.39 and 0.18. */
  async function openCohort() {
    const folder = await temporaryFolder();
    const [bright, dark] = [await halves(200), await halves(90)];
    await writeCohort(folder, [
      { image: "boy.png", bytes: bright, sex: "" },
      { image: "girl.png", bytes: dark, sex: "" },
      { image: "told.png", bytes: bright, sex: "F" },
      { image: "typo.png", bytes: bright, sex: "W" },
      { image: "none.png", sex: "" },
    ]);
    return { annotationCsv: join(folder, "cohort.csv"), imgDir: join(folder, "images") };
  }

  test("is the sex model's word, is used and is marked; a given one stands", () =>
    withModels(files, async (model, sexModel) => {
      const options = await openCohort();
      const records = await collect(predictCohort(model!, { ...options, sexModel }));
      expect(records).toMatchObject([
        { sex: "M", sexPredicted: true, ageMonths: 160 },
        { sex: "F", sexPredicted: true, ageMonths: 140 },
        { sex: "F", sexPredicted: false, ageMonths: 140 },
        { code: "ERR_DEEPLASIA_SEX", message: expect.stringContaining('"W"') },
        { code: "ERR_DEEPLASIA_IMAGE_MISSING" },
      ]);
      const files = decoded.mock.calls.map(([source]) => source);
      expect(new Set(files).size).toBe(3);
      expect(files).toHaveLength(3);
      const without = await collect(predictCohort(model!, options));
      expect(without.map((record) => isFailure(record) && record.code)).toEqual([
        ...["ERR_DEEPLASIA_SEX", "ERR_DEEPLASIA_SEX", false, "ERR_DEEPLASIA_SEX", "ERR_DEEPLASIA_SEX"],
      ]);
    }));

  test("goes into the columns sex and sex_predicted, of an ensemble too", () =>
    withModels([...files, modelFile("tuple-age-sex")], async (model, sexModel, other) => {
      const options = await openCohort();
      const outputPath = join(await temporaryFolder(), "out.csv");
      const summary = await writePredictions(model!, { ...options, sexModel, outputPath });
      expect(summary).toMatchObject({ sexPredicted: 2 });
      const pick = ({ image_ID, sex, sex_predicted }: Record<string, string>) => [
        image_ID,
        sex,
        sex_predicted,
      ];
      const rows = csvRows(await readFile(outputPath, "utf8"));
      expect(rows.map(pick)).toEqual([
        ["boy.png", "1.0", "True"],
        ["girl.png", "0.0", "True"],
        ["told.png", "0.0", "False"],
      ]);
      await writePredictions([model!, other!], { ...options, sexModel, outputPath });
      const ensemble = csvRows(await readFile(outputPath, "utf8"));
      expect(ensemble.map(pick)).toEqual(rows.map(pick));
      expect(ensemble.map((row) => row.ensemble_bone_age)).toEqual(["160.0", "140.0", "140.0"]);
    }));

  test("a sex that cannot be predicted fails the row; the sex model runs on its own input, only if needed", async () => {
    const contract = { normalise: "interval", inputSize: [1, 16, 16] };
    await withModels(
      [modelFile("nan-on-bright"), await variant(modelFile("tells-sex"), "sex", contract)],
      async (model, sexModel) => {
        const folder = await temporaryFolder();
        const [bytes, blank] = [await halves(200), await blankCentre(90)];
        await writeCohort(folder, [
          { image: "told.png", bytes: blank, sex: "M" },
          { image: "open.png", bytes, sex: "" },
          { image: "blank.png", bytes: blank, sex: "" },
        ]);
        const options = { annotationCsv: join(folder, "cohort.csv"), imgDir: join(folder, "images") };
        const fill = vi.spyOn(native(), "fillSlot");
        const records = await collect(predictCohort(model!, { ...options, sexModel }));
        expect(records).toMatchObject([
          { sex: "M", sexPredicted: false },
          { sex: "M", sexPredicted: true },
          {
            code: "ERR_DEEPLASIA_IMAGE_BLANK",
            message: expect.stringMatching(/^the sex cannot be predicted: /),
            file: join(folder, "images/a/blank.png"),
          },
        ]);
        expect(fill).toHaveBeenCalledTimes(1 + 2 + 2);
        fill.mockRestore();
      },
    );
  });

  test("of one picture", () =>
    withModels([...files, modelFile("tuple-age-sex")], async (model, sexModel, dependent) => {
      const picture = await halves(200);
      const predicted = { ageMonths: 160, sex: "M", sexPredicted: true };
      expect(await predictImage(model!, picture, { sexModel })).toMatchObject(predicted);
      expect(await predictImage(model!, picture, { sexModel, sex: "F" })).toMatchObject({
        ...{ ageMonths: 140, sex: "F", sexPredicted: false },
      });
      await expect(predictImage(model!, picture, { sexModel: dependent })).rejects.toMatchObject({
        code: "ERR_DEEPLASIA_CONTRACT",
      });
    }));
});
