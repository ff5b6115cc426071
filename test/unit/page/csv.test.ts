import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { expect, test } from "vitest";
import { toCsv } from "../../../src/page/csv.js";
import type { Picture } from "../../../src/page/picture.js";
import { NO_AGE } from "../../../src/page/picture.js";
import { answerWith, pictureWith } from "../../helpers/pagePictures.js";

const rowsOf = (pictures: readonly Picture[]): Record<string, string>[] =>
  parse(toCsv(pictures), { bom: true, columns: true });

test("a row has the result, the child, and how both differ", () => {
  const picture = { width: 1, height: 1, sexFromHeader: true, ageMonthsFromHeader: 110 };
  const quality = [
    { flag: "rotated", text: "" },
    { flag: "saturated", text: "" },
  ];
  const answer = answerWith({ interval: { low: 90, high: 120.5, level: 0.9 }, quality, picture });
  const age = { ...NO_AGE, birth: "2015-03-09", study: "2019-03-09" };
  const [typed, header] = rowsOf([
    pictureWith({ rotation: 90, age, state: { is: "done", answer: answerWith({ spread: 1.255 }) } }),
    pictureWith({ state: { is: "done", answer } }),
  ]);
  expect(typed).toEqual({
    ...{
      image_ID: "hand.png",
      sex: "F",
      sex_from: "given",
      chronological_age: "48",
      pred_bone_age: "103.25",
    },
    ...{ difference: "55.25", interval_low: "", interval_high: "", ensemble_sd: "1.25", quality: "" },
    ...{ rotation: "90", model: "hands", error: "" },
  });
  expect(header).toMatchObject({
    ...{ sex_from: "header", chronological_age: "110", difference: "-6.75" },
    ...{ interval_low: "90", interval_high: "120.5", quality: "rotated saturated" },
  });
});

test("a picture without a result has the reason, and the sex that was given", () => {
  const fault = { code: "X", message: '=HYPERLINK("x"), a lie' };
  const [row] = rowsOf([pictureWith({ sex: "M", state: { is: "failed", fault } })]);
  expect(row).toMatchObject({ sex: "M", pred_bone_age: "", error: `'${fault.message}` });
});

test("no text is a formula to a spreadsheet, and every name can be read back", () => {
  const start = fc.constantFrom("", "=", "+", "-", "@", "\t", "\r", " =", "\n@", '"=');
  fc.assert(
    fc.property(start, fc.string({ unit: "grapheme" }), (prefix, rest) => {
      const name = prefix + rest;
      const [row] = rowsOf([pictureWith({ name })]);
      expect(["", "'"].map((guard) => guard + name)).toContain(row?.image_ID);
      expect(row?.image_ID).not.toMatch(/^\s*[=+\-@]/);
      expect(row?.image_ID).not.toMatch(/^[\t\r]/);
    }),
  );
});
