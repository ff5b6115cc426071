import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseSex, readAnnotations } from "../../../src/data/annotations.js";
import { HEADER, readText } from "../../helpers/annotationTexts.js";
import { collect, temporaryFolder } from "../../helpers/temporary.js";

describe("rows", () => {
  it("reads every field as text or number, with the row's number", async () => {
    expect(await readText(`${HEADER}a.png,x,01,M,168.93\nb.png,,,F,\n`)).toEqual([
      { row: 1, imageId: "a.png", dir: "x", patientId: "01", sex: "M", boneAgeMonths: 168.93 },
      { row: 2, imageId: "b.png", dir: "", patientId: "", sex: "F", boneAgeMonths: null },
    ]);
  });

  it.each([
    ["a BOM", `\ufeff${HEADER}a.png,x,1,M,100\n`],
    ["CRLF", `${HEADER}a.png,x,1,M,100\n`.replaceAll("\n", "\r\n")],
    ["CR alone", `${HEADER}a.png,x,1,M,100\n`.replaceAll("\n", "\r")],
    ["no newline at the end", `${HEADER}a.png,x,1,M,100`],
    ["quotes", `${HEADER}"a.png","x","1","M","100"\n`],
    ["semicolons and a decimal comma", "image_ID;dir;patient_ID;sex;bone_age\na.png;x;1;M;100,0\n"],
    ["a delimiter at the end of each line", `${HEADER}a.png,x,1,M,100,\n`],
    ["tabs", `${HEADER}a.png,x,1,M,100\n`.replaceAll(",", "\t")],
    ["another order and other columns", "note,bone_age,sex,dir,image_ID,patient_ID\n?,100,M,x,a.png,1\n"],
    ["blanks in the header", "image_ID, dir, patient_ID , sex, bone_age\na.png,x,1,M,100\n"],
    [
      "a line that names the separator",
      "sep=;\r\nimage_ID;dir;patient_ID;sex;bone_age\r\na.png;x;1;M;100,0\r\n",
    ],
    ["a BOM before that line", "\ufeffsep=,\nimage_ID,dir,patient_ID,sex,bone_age\na.png,x,1,M,100\n"],
    ["a tab in that line", "sep=\t\nimage_ID\tdir\tpatient_ID\tsex\tbone_age\na.png\tx\t1\tM\t100\n"],
    [
      "\\t for a tab in that line",
      "sep=\\t\nimage_ID\tdir\tpatient_ID\tsex\tbone_age\na.png\tx\t1\tM\t100\n",
    ],
    ["UTF-16", Buffer.from(`\ufeff${HEADER}a.png,x,1,M,100\r\n`, "utf16le")],
    ["UTF-16, big-endian", Buffer.from(`\ufeff${HEADER}a.png,x,1,M,100\n`, "utf16le").swap16()],
    ["UTF-16 without a byte order mark", Buffer.from(`${HEADER}a.png,x,1,M,100\n`, "utf16le")],
    ["column names in another form", "Image ID,DIR,PatientID,Sex,Bone-Age\na.png,x,1,M,100\n"],
    [
      "two unused columns of the same name",
      "note,image_ID,dir,patient_ID,sex,bone_age,note\n,a.png,x,1,M,100,\n",
    ],
    ["a column male", "image_ID,dir,patient_ID,male,bone_age\na.png,x,1,True,100\n"],
    [
      "a prediction's columns",
      "image_ID,sex,y_hat,pred_bone_age,row,dir,patient_ID,bone_age\na.png,1.0,0,1,1,x,1,100\n",
    ],
    ["a row of separators", `${HEADER}a.png,x,1,M,100\n,,,,\n`],
    ["rows of blanks and quotes", `${HEADER}"","",,,\n , \u00a0,,,\n,,\na.png,x,1,M,100\n,,,,,,,\n`],
    ["blank lines", `\n${HEADER}\n\na.png,x,1,M,100\n\n`],
    ["a lower-case sex", `${HEADER}a.png,x,1, m ,100\n`],
    ["a word for the sex", `${HEADER}a.png,x,1,Male,100\n`],
  ] satisfies [string, string | Uint8Array][])("reads a file with %s", async (_, text) => {
    expect(await readText(text)).toEqual([
      { row: 1, imageId: "a.png", dir: "x", patientId: "1", sex: "M", boneAgeMonths: 100 },
    ]);
  });

  it("reads a very long header and very long cells", async () => {
    const more = Array.from({ length: 20_000 }, (_, i) => `gene_${i}`);
    const zeros = more.map(() => "0").join(",");
    const big = "x".repeat(10_000_000);
    const header = `note,${more.join(",")},image_ID,sex`;
    expect(header.length).toBeGreaterThan(65_536);
    const rows = await readText(`${header}\n"${big}",${zeros},a.png,M\n,${zeros},b.png,F\n`);
    expect(rows).toMatchObject([
      { row: 1, imageId: "a.png", sex: "M" },
      { row: 2, imageId: "b.png", sex: "F" },
    ]);
  });

  it.each([
    ["Latin-1", Buffer.from(`${HEADER}Müller.png,x,1,M,100\n`, "latin1")],
    [
      "Latin-1 far down",
      Buffer.from(`${HEADER}${"f.png,x,1,M,1\n".repeat(6000)}Müller.png,x,1,M,100\n`, "latin1"),
    ],
    [
      "UTF-8 and Latin-1",
      Buffer.concat([
        Buffer.from(`${HEADER}Zoë.png,x,1,F,1\n`),
        Buffer.from("Müller.png,x,1,M,100\n", "latin1"),
      ]),
    ],
    ["UTF-16", Buffer.from(`\ufeff${HEADER}Müller.png,x,1,M,100\n`, "utf16le")],
  ])("reads non-ASCII letters in %s", async (_, bytes) => {
    expect((await readText(bytes)).at(-1)).toMatchObject({ imageId: "Müller.png" });
  });

  it("does not count blank rows: the next row has the next number", async () => {
    const rows = await readText(`${HEADER}a.png,x,1,M,1\n,,,,\n;;;;\nb.png,x,2,F,2\n`);
    expect(rows.map(({ row, imageId }) => [row, imageId])).toEqual([
      [1, "a.png"],
      [2, ";;;;"],
      [3, "b.png"],
    ]);
    const semicolons = await readText("image_ID;sex\na.png;M\n;\n;;;;\nb.png;F\n");
    expect(semicolons.map(({ row, imageId }) => [row, imageId])).toEqual([
      [1, "a.png"],
      [2, "b.png"],
    ]);
  });

  it.each([
    ["M", "1.0"],
    ["M", "1"],
    ["F", "0.0"],
    ["F", "0"],
    ["F", "F"],
  ])("reads the sex %s from %s in a prediction CSV", async (sex, cell) => {
    const [row] = await readText(`image_ID,sex,pred_bone_age\na.png,${cell},1\n`);
    expect(row).toMatchObject({ sex });
  });

  it.each(["True", "1", "0", "1.0"])(
    "refuses %s in a column sex, and the remedy names the column male",
    async (cell) => {
      const [row] = await readText(`image_ID,sex\na.png,${cell}\n`);
      expect(row).toMatchObject({
        error: { code: "ERR_DEEPLASIA_SEX", remedy: expect.stringContaining('"male"') },
      });
    },
  );

  it("passes a bone age that is not a number to onUnreadAge and keeps the row", async () => {
    const file = join(await temporaryFolder(), "cohort.csv");
    await writeFile(file, `${HEADER}a.png,x,1,M,-\nb.png,x,2,F,unknown\nc.png,x,3,F,12y\nd.png,x,4,F,\n`);
    const told: [number, string][] = [];
    const onUnreadAge = (row: number, text: string) => void told.push([row, text]);
    const rows = await collect(readAnnotations(file, { sexNeed: "needed", onUnreadAge }));
    expect(rows.map((row) => ("error" in row ? "bad" : row.boneAgeMonths))).toEqual([null, null, null, null]);
    expect(told).toEqual([
      [1, "-"],
      [2, "unknown"],
      [3, "12y"],
    ]);
  });

  it("keeps quoted delimiters, quotes and newlines in a cell", async () => {
    const [row] = await readText(`${HEADER}"a, ""b""\nc.png",x,1,M,1\n`);
    expect(row?.imageId).toBe('a, "b"\nc.png');
  });

  it("accepts a file without dir, patient_ID and bone_age, and without sex if the model has no sex input", async () => {
    expect(await readText("image_ID\na.png\n", { sexNeed: "ignored" })).toEqual([
      { row: 1, imageId: "a.png", dir: "", patientId: "", sex: null, boneAgeMonths: null },
    ]);
  });

  it.each(["", "NA", "nan", " "])("reads a bone age of %j as unknown", async (cell) => {
    const [row] = await readText(`${HEADER}a.png,x,1,M,${cell}\n`);
    expect(row).toMatchObject({ boneAgeMonths: null });
  });

  it("reads back any cells that were written", async () => {
    const cell = fc
      .string({ unit: "grapheme" })
      .filter((text) => !/[\0\ufffd]/.test(text) && text.trim() !== "");
    const row = fc.tuple(
      cell,
      cell,
      cell,
      fc.constantFrom("M", "F"),
      fc.double({ min: 0, max: 240, noNaN: true }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: 1 }),
        fc.constantFrom(",", ";", "\t"),
        async (rows, delimiter) => {
          const quoted = rows.map((cells) => cells.map((text) => `"${String(text).replaceAll('"', '""')}"`));
          const lines = [HEADER.trim().split(","), ...quoted].map((cells) => cells.join(delimiter));
          expect(await readText(lines.join("\n"))).toEqual(
            rows.map(([imageId, dir, patientId, sex, boneAgeMonths], i) => {
              return { row: i + 1, imageId, dir, patientId, sex, boneAgeMonths };
            }),
          );
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe("parseSex", () => {
  it.each(["M", "m", "male", "MALE", " Male "])("%j is male", (text) => expect(parseSex(text)).toBe("M"));
  it.each(["F", "f", "female", "Female"])("%j is female", (text) => expect(parseSex(text)).toBe("F"));
  it.each(["", "1", "O", "man", "True", "MF"])("%j is unknown", (text) => expect(parseSex(text)).toBe(null));
});
