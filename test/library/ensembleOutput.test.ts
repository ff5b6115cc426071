/** What an ensemble writes: its own CSV and each member's. */
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { writePredictions } from "../../src/index.js";
import { csvRows } from "../helpers/cli.js";
import { lightCohort } from "../helpers/lightCohort.js";
import { withModels } from "../helpers/loadedModels.js";
import { modelFile } from "../helpers/model.js";
import { temporaryFolder } from "../helpers/temporary.js";

describe("writePredictions of an ensemble", () => {
  const files = [modelFile("nan-on-bright"), modelFile("tells-sex")];
  const names = [
    "nan-on-bright.csv",
    "nan-on-bright.csv.failures.csv",
    "tells-sex.csv",
    "tells-sex.csv.failures.csv",
  ];

  async function outputs(folder: string): Promise<string[]> {
    const own = ["out.csv", "out.csv.failures.csv"].map((name) => join(folder, name));
    const ofMembers = names.map((name) => join(folder, "members", name));
    return Promise.all([...own, ...ofMembers].map((file) => readFile(file, "utf8")));
  }

  async function place() {
    const folder = await temporaryFolder();
    await mkdir(join(folder, "members"));
    return { folder, outputPath: join(folder, "out.csv"), memberCsvs: join(folder, "members") };
  }

  test("writes each member's CSV as a run of that member alone does", () =>
    withModels(files, async (...models) => {
      const rows = await lightCohort(13, { missing: 3 });
      const { folder, ...paths } = await place();
      const summary = await writePredictions(models, { ...rows, ...paths, batchSize: 4 });
      expect(summary).toMatchObject({ finished: true, rows: 13, predicted: 11, failed: 2, withTruth: 11 });
      const [csv, , ...ofMembers] = await outputs(folder);
      for (const [i, model] of models.entries()) {
        const outputPath = join(folder, "alone.csv");
        const alone = await writePredictions(model, { ...rows, outputPath, batchSize: 4 });
        expect(ofMembers[2 * i]).toBe(await readFile(outputPath, "utf8"));
        expect(ofMembers[2 * i + 1]).toBe(await readFile(`${outputPath}.failures.csv`, "utf8"));
        // The members' deviations are over the ensemble's rows: the second one has a row more on its own.
        if (i === 0)
          expect(summary.members[0]).toEqual({ name: "nan-on-bright", madMonths: alone.madMonths });
      }
      const [first] = csvRows(csv!);
      expect(Object.keys(first!)).toEqual([
        ...["image_ID", "nan-on-bright", "tells-sex", "ensemble_bone_age", "gt_bone_age"],
        ...["ensemble_sd", "sex", "sex_hat", "row", "dir", "patient_ID"],
      ]);
      expect(first).toMatchObject({
        image_ID: "0.png",
        gt_bone_age: "100.0",
        sex: "0.0",
      });
    }));

  test("names members that are one model under two names", () =>
    withModels([files[1]!, files[1]!], async (...models) => {
      const { folder, outputPath } = await place();
      const warned: string[] = [];
      const logger = { info() {}, error() {}, warn: (text: string) => void warned.push(text) };
      const rows = await lightCohort(2);
      await writePredictions(models, { ...rows, outputPath, memberNames: ["a", "b"], logger });
      expect(warned).toEqual([expect.stringMatching(/^a and b are the same model/)]);
      expect(csvRows(await readFile(join(folder, "out.csv"), "utf8"))[0]).toMatchObject({
        ensemble_sd: "0.0",
      });
    }));

  test.each(["csv", "jsonl"] as const)("stopped and resumed it ends in the same bytes (%s)", (format) =>
    withModels(files, async (...models) => {
      const rows = { ...(await lightCohort(40, { missing: 11 })), format, batchSize: 4 };
      const [whole, parts] = [await place(), await place()];
      const { folder: wholeFolder, ...wholePaths } = whole;
      const { folder, ...paths } = parts;
      await writePredictions(models, { ...rows, ...wholePaths });
      const controller = new AbortController();
      let written = 0;
      const stopped = writePredictions(models, {
        ...rows,
        ...paths,
        signal: controller.signal,
        onProgress: ({ done }) => {
          written = done;
          controller.abort();
        },
      });
      await expect(stopped).rejects.toMatchObject({ name: "AbortError" });
      const other = { ...rows, ...paths, resume: true };
      await expect(writePredictions([...models].reverse(), other)).rejects.toThrow(
        /other settings: the members/,
      );
      const { memberCsvs: _, ...without } = other;
      await expect(writePredictions(models, without)).rejects.toThrow(/`memberCsvs`/);
      const resumed = await writePredictions(models, other);
      expect(resumed).toMatchObject({ finished: true, rows: 40, failed: 2, resumedRows: written });
      expect(await outputs(folder)).toEqual(await outputs(wholeFolder));
    }),
  );

  test("one model has no members' files", () =>
    withModels(files, async (model) => {
      const { folder: _, ...paths } = await place();
      await expect(writePredictions(model!, { ...(await lightCohort(1)), ...paths })).rejects.toMatchObject({
        code: "ERR_DEEPLASIA_USAGE",
        message: expect.stringContaining("`memberCsvs`"),
      });
    }));
});
