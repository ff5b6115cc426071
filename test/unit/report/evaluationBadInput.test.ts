/** Predictions that cannot be evaluated, or not wholly: an error that names the fault, or a report that states what it leaves out. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ANNOTATIONS, children, evaluate, PREDICTIONS, whole } from "../../helpers/evaluatedChildren.js";
import { temporaryFolder } from "../../helpers/temporary.js";

describe("bad input", () => {
  const header = "image_ID,pred_bone_age,bone_age";
  test.each([
    [
      "no truth",
      { "p.csv": "image_ID,pred_bone_age\na.png,90\n" },
      "ERR_DEEPLASIA_USAGE",
      "no row can be evaluated (no bone age: 1)",
    ],
    [
      "a z-score alone",
      { "p.csv": "image_ID,y_hat\na.png,0.1\n" },
      "ERR_DEEPLASIA_CSV_COLUMN",
      "y_hat is a z-score",
    ],
    [
      "no ages at all",
      { "p.csv": "image_ID,dir\na.png,x\n" },
      "ERR_DEEPLASIA_CSV_COLUMN",
      "no column of predicted bone ages",
    ],
    [
      "a picture twice",
      { "p.csv": `${header}\na.png,9,8\nb.png,9,8\na.png,7,8\n` },
      "ERR_DEEPLASIA_CSV",
      "rows 1 and 3 are both about a.png",
    ],
    [
      "a truth twice",
      { "p.csv": `${header}\na.png,9,8\n`, "truth.csv": "image_ID,bone_age\na.png,9\na.png,8\n" },
      "ERR_DEEPLASIA_CSV",
      "rows 1 and 2 are both about a.png",
    ],
    [
      "nothing in common",
      { "p.csv": `${header}\na.png,9,8\n`, "truth.csv": "image_ID,bone_age\nb.png,9\n" },
      "ERR_DEEPLASIA_USAGE",
      "no row can be evaluated (no prediction: 1)",
    ],
    [
      "a missing cell",
      { "p.csv": `${header}\na.png,9\n` },
      "ERR_DEEPLASIA_ROW",
      "2 cells where the header has 3",
    ],
  ] as [string, Record<string, string>, string, string][])("%s", async (_, files, code, message) => {
    await expect(evaluate(files)).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
  });

  test("a column that is not there", async () => {
    await expect(evaluate(whole, { by: ["sitee"] })).rejects.toMatchObject({
      code: "ERR_DEEPLASIA_CSV_COLUMN",
    });
    await expect(evaluate(whole, { predictionColumn: "other" })).rejects.toMatchObject({
      code: "ERR_DEEPLASIA_CSV_COLUMN",
    });
  });

  test.each([
    [
      "one row",
      `${header}\na.png,90,80`,
      ["Bootstrap intervals", "Bland-Altman limits", "Calibration slope", "Passing-Bablok regression"],
    ],
    [
      "constant predictions",
      `${header}${children.map(({ name, truth }) => `\n${name},90,${truth}`).join("")}`,
      ["Correlation", "Calibration slope"],
    ],
    [
      "predictions without error",
      `${header}${children.map(({ name, truth }) => `\n${name},${truth},${truth}`).join("")}`,
      [],
    ],
  ])("%s: a report that leaves out what cannot be said, and why", async (_, csv, missing) => {
    const out = join(await temporaryFolder(), "report");
    const { omissions } = await evaluate({ "p.csv": csv }, { out });
    const names = omissions.map(({ what }) => what);
    const always = [
      "Metrics of the predicted sex",
      "A comparison of girls and boys",
      "Human yardstick",
      "Chronological age",
    ];
    expect(names).toEqual([...missing, ...always]);
    const page = await readFile(join(out, "report.html"), "utf8");
    for (const name of names) expect(page).toContain(`<li>${name}: `);
    expect(page).not.toMatch(/NaN|undefined|Infinity/);
  });

  test("one sex: no area under the ROC curve", async () => {
    const girls = PREDICTIONS.replaceAll(",1.0,", ",0.0,");
    const { omissions, sex } = await evaluate({
      "p.csv": girls,
      "truth.csv": ANNOTATIONS.replaceAll(",M,", ",F,"),
    });
    expect(omissions.map(({ what }) => what)).toEqual([
      "Area under the ROC curve",
      "A comparison of girls and boys",
    ]);
    expect(sex!.areaUnderRoc).toBeNull();
  });

  test("years are doubted", async () => {
    const rows = children.map(({ name, truth }) => `\n${name},${truth},${truth / 12}`).join("");
    const { notes } = await evaluate({ "p.csv": header + rows });
    expect(notes).toEqual([expect.stringMatching(/^the true bone ages look like years/)]);
  });
});
