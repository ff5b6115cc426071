import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type BadRow, type CohortRow, readAnnotations } from "../../../src/data/annotations.js";
import { DeeplasiaError, formatError } from "../../../src/errors.js";
import { HEADER, readText } from "../../helpers/annotationTexts.js";
import { collect, temporaryFolder } from "../../helpers/temporary.js";

async function errorOf(promise: Promise<unknown>): Promise<DeeplasiaError> {
  const error = await promise.then(
    () => null,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(DeeplasiaError);
  return error as DeeplasiaError;
}

const isBad = (row: CohortRow | BadRow): row is BadRow => "error" in row;

describe("bad rows", () => {
  it.each([
    ["an unknown sex", "a.png,x,1,X,100", "ERR_DEEPLASIA_SEX", /"X"/],
    ["no sex", "a.png,x,1,,100", "ERR_DEEPLASIA_SEX", /empty/],
    ["no name", ",x,1,M,100", "ERR_DEEPLASIA_ROW", /image_ID/],
    ["a blank for a name", " ,x,1,M,100", "ERR_DEEPLASIA_ROW", /image_ID is empty/],
    ["a cell too few", "a.png,x,1,M", "ERR_DEEPLASIA_ROW", /4 cells.*5/],
    ["a cell too many", "a.png,x,1,M,100,7", "ERR_DEEPLASIA_ROW", /6 cells.*5/],
    ["an age that is not a number", "a.png,x,1,M,12y", "ERR_DEEPLASIA_ROW", /"12y"/],
    ["an infinite age", "a.png,x,1,M,1e999", "ERR_DEEPLASIA_ROW", /1e999/],
    ["a NUL byte", "a\0.png,x,1,M,1", "ERR_DEEPLASIA_ROW", /NUL/],
  ])("%s is reported in its place, with file and row", async (_, line, code, message) => {
    const text = `${HEADER}first.png,x,1,M,1\n${line}\nlast.png,x,2,F,2\n`;
    // A file with a NUL in its head counts as binary, so the NUL is further down here.
    const filler = line.includes("\0") ? "f.png,x,1,M,1\n".repeat(6000) : "";
    const rows = await readText(text.replace(HEADER, HEADER + filler));
    const bad = rows.filter(isBad);
    expect(bad).toHaveLength(1);
    expect(bad[0]!.error).toMatchObject({ code, row: bad[0]!.row, remedy: expect.any(String) });
    expect(bad[0]!.error.message).toMatch(message);
    expect(bad[0]!.error.file).toMatch(/cohort\.csv$/);
    expect(rows.at(-1)).toMatchObject({ imageId: "last.png", row: rows.length });
    expect(bad[0]!.row).toBe(rows.length - 1);
  });

  it("include rows whose columns sex and male differ", async () => {
    const rows = await readText("image_ID,sex,male\na.png,F,True\nb.png,F,0\nc.png,M,\n");
    expect(rows).toMatchObject([
      { error: { code: "ERR_DEEPLASIA_SEX", message: 'the columns sex and male differ: F, "True"' } },
      { sex: "F" },
      { sex: "M" },
    ]);
  });

  it("do not include rows whose folder is a blank", async () => {
    expect(await readText("image_ID, dir, sex\na.png, , F\n")).toMatchObject([{ dir: "", sex: "F" }]);
  });

  it("include names with U+FFFD, and the message mentions UTF-8", async () => {
    const rows = await readText(`${HEADER}m\ufffdller.png,x,1,M,1\n`);
    expect(rows[0]).toMatchObject({
      error: { code: "ERR_DEEPLASIA_ROW", message: expect.stringContaining("UTF-8") },
    });
  });

  it("do not include rows with an unknown sex if the model has no sex input", async () => {
    const rows = await readText(`${HEADER}a.png,x,1,?,1\n`, { sexNeed: "ignored" });
    expect(rows).toEqual([
      { row: 1, imageId: "a.png", dir: "x", patientId: "1", sex: null, boneAgeMonths: 1 },
    ]);
  });
});

describe("a sex that is predicted if it is not given", () => {
  const read = (text: string) => readText(text, { sexNeed: "where-given" });

  it.each(["", " ", "NA", "nan"])("may be %j", async (cell) => {
    expect(await read(`${HEADER}a.png,x,1,${cell},1\n`)).toMatchObject([{ sex: null }]);
  });

  it("may be missing as a column, and is used if it is given", async () => {
    expect(await read("image_ID\na.png\n")).toMatchObject([{ sex: null }]);
    expect(await read(`${HEADER}a.png,x,1,M,1\n`)).toMatchObject([{ sex: "M" }]);
  });

  it("is an error if the word is not a sex: a prediction does not replace it", async () => {
    expect(await read(`${HEADER}a.png,x,1,X,1\n`)).toMatchObject([
      { error: { code: "ERR_DEEPLASIA_SEX", message: expect.stringContaining('"X"') } },
    ]);
  });
});

describe("files that cannot be used", () => {
  it.each<[string, string | Uint8Array, RegExp]>([
    ["an empty file", "", /empty/],
    ["blanks only", "\n \n", /empty/],
    ["a header only", HEADER, /no row/],
    ["an Excel workbook", Buffer.from("PK\x03\x04 and more"), /Excel/],
    ["a picture", Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), /PNG picture/],
    ["blank rows only", `${HEADER},,,,\n,,,,\n`, /no row below/],
    ["a separator line only", "sep=;\n", /empty/],
    ["UTF-32", Buffer.from([0xff, 0xfe, 0, 0, 0x61, 0, 0, 0]), /UTF-32/],
    ["JSON lines", '{"image_ID":"a.png","sex":"M"}\n', /JSON/],
    ["a web page", "<!DOCTYPE html>\n<html><body>404</body></html>\n", /web page/],
    ["a Git LFS pointer", "version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 2\n", /Git LFS/],
    ["two columns that may both be the sex", "image_ID,Sex,SEX\na.png,M,F\n", /"Sex" and "SEX"/],
    ["binary data", Buffer.from([1, 2, 3, 0, 5]), /binary/],
    ["a column named twice", "image_ID,sex,sex\na.png,M,F\n", /two columns are named "sex"/],
    ["a quote that is never closed", `${HEADER}a.png,x,1,M,1\n"b.png,x,2,F,2\n`, /line \d.*never closed/],
  ])("%s: a clear error", async (_, content, message) => {
    const error = await errorOf(readText(content));
    expect(error.code).toBe("ERR_DEEPLASIA_CSV");
    expect(error.message).toMatch(message);
    expect(formatError(error)).toMatch(/cohort\.csv.*\n {2}\S/);
  });

  it("a missing file and a folder", async () => {
    const folder = await temporaryFolder();
    const read = (file: string) => errorOf(collect(readAnnotations(file, { sexNeed: "needed" })));
    expect((await read(join(folder, "nowhere.csv"))).message).toMatch(/nowhere\.csv: no such file/);
    expect((await read(folder)).message).toMatch(/folder/);
    expect((await read("/dev/null")).message).toMatch(/pipe or a device/);
  });

  it("an error about a missing column lists the columns and the nearest one", async () => {
    const error = await errorOf(readText("imageIDs,dir,sex\na.png,x,M\n"));
    expect(error.code).toBe("ERR_DEEPLASIA_CSV_COLUMN");
    expect(error.message).toMatch(/line 1: no column "image_ID"; found: "imageIDs", "dir", "sex"/);
    expect(error.remedy).toMatch(/nearest is "imageIDs"/);
  });

  it("a file without a header is recognised by its first line", async () => {
    const error = await errorOf(readText("a.png,x,1,M,100\nb.png,x,2,F,90\n"));
    expect(error.code).toBe("ERR_DEEPLASIA_CSV_COLUMN");
    expect(error.remedy).toMatch(/looks like a row: add a header above it/);
  });

  it.each([
    [
      "the table of the RSNA challenge",
      "id,boneage,male\n1377,180,False\n",
      /cohort import rsna`, with the folder/,
    ],
    [
      "another table",
      "file,age,gender\n1.png,180,F\n",
      /cohort import generic \S+cohort\.csv` \(importCohort\)/,
    ],
    ["a title above the header", `Bone ages 2020,,\n${HEADER}a.png,,1,M,1\n`, /remove the lines above/],
    ["lines in quotes", '"image_ID,sex"\n"a.png,F"\n', /is quoted as one cell/],
  ])("%s: the remedy fits", async (_, text, remedy) => {
    expect((await errorOf(readText(text))).remedy).toMatch(remedy);
  });

  it("an unclosed quote is reported for the line where its row begins", async () => {
    const text = `${HEADER}a.png,x,1,M,1\n"b.png,x,2,F,2\n${"c.png,x,3,M,3\n".repeat(50)}`;
    expect((await errorOf(readText(text))).message).toMatch(/line 3: a cell opens with a quote/);
  });

  it("a missing patient_ID is an error only if a split needs it", async () => {
    const text = "image_ID,sex\na.png,M\n";
    expect(await readText(text)).toHaveLength(1);
    expect((await errorOf(readText(text, { requirePatientId: true }))).message).toMatch(/"patient_ID"/);
  });

  it("an unclosed quote in a very large file is found without reading the file into memory", async () => {
    const text = `${HEADER}"a.png,x,1,M,1\n${"b.png,x,2,F,2\n".repeat(200_000)}`;
    expect((await errorOf(readText(text))).message).toMatch(/never closed/);
  });
});
