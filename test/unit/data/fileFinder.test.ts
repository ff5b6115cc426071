import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Locator } from "../../../src/data/locator.js";
import { openMasks } from "../../../src/data/masks.js";
import type { Sample } from "../../../src/data/sample.js";
import { collect, temporaryFolder, writeTree } from "../../helpers/temporary.js";

const COMPOSED = "M\u00fcller.png";
const DECOMPOSED = "Mu\u0308ller.png";

interface Case {
  /** Below `images` and `masks`. */
  files: string[];
  /** `dir|image_ID` of each row. */
  rows: string[];
  masks?: boolean;
}

/** Resolves to the files found for each row, relative to the root, or to the message of its error. */
async function locate({ files, rows, masks = false }: Case) {
  const root = await writeTree(
    await temporaryFolder(),
    Object.fromEntries(["images/.keep", "masks/.keep", ...files].map((file) => [file, ""])),
  );
  const names = new Set(rows);
  const opened = await openMasks(masks ? [join(root, "masks")] : []);
  const locator = new Locator(join(root, "images"), opened, (dir, imageId) => names.has(`${dir}|${imageId}`));
  async function* selected() {
    for (const [index, text] of rows.entries()) {
      const [dir = "", imageId = ""] = text.split("|");
      const row = { row: index + 1, imageId, dir, patientId: "", sex: null, boneAgeMonths: null };
      yield { index, row, imagePath: join(root, "images", dir, imageId) };
    }
  }
  const samples = await collect(locator.locateAll(selected()));
  const below = (path: string | null) => path?.replace(`${root}/`, "");
  const text = (sample: Sample) => {
    if ("error" in sample) return sample.error.message.replaceAll(`${root}/`, "");
    return [below(sample.imagePath), below(sample.maskPath)].filter(Boolean).join(" ");
  };
  return { found: samples.map(text), notes: locator.notes(), samples };
}

describe("a picture under another form of its name", () => {
  it.each<[string, row: string, file: string]>([
    ["decomposed Unicode, as on a Mac", `|${COMPOSED}`, DECOMPOSED],
    ["composed Unicode", `|${DECOMPOSED}`, COMPOSED],
    ["Unicode in a folder", `Zo\u00eb|a.png`, "Zoe\u0308/a.png"],
    ["capital letters", "|Hand.PNG", "hand.png"],
    ["capital letters of a folder", "Atlas|a.png", "atlas/a.png"],
    ["a missing extension", "|1377", "1377.jpeg"],
    ["jpg for jpeg", "|a.jpg", "a.jpeg"],
    ["lost zeros", "|1377.png", "01377.png"],
    ["lost zeros and extension", "|1377", "01377.png"],
    ["a decimal number from a spreadsheet", "|1377.0", "1377.png"],
    ["a decimal number from a spreadsheet, without leading zeros", "|1377.0", "0001377.PNG"],
    ["lost zeros of a folder", "7|a.png", "007/a.png"],
    ["trailing blanks", "x |a.png ", "x/a.png"],
    ["a no-break space", "|a\u00a0b.png", "a b.png"],
    ["backslashes", "x\\\\y|a.png", "x/y/a.png"],
    ["backslashes in the name", "|x\\\\a.png", "x/a.png"],
    ["all at once", `X\\\\Zo\u00eb|1377`, "x/Zoe\u0308/01377.PNG"],
  ])("is found: %s", async (_, row, file) => {
    const { found, notes } = await locate({ files: [`images/${file}`], rows: [row] });
    expect(found).toEqual([`images/${file}`]);
    expect(notes).toEqual([
      expect.stringMatching(/^1 picture was found under another form of the name; row 1: /),
    ]);
  });

  it("is counted once per row, and the first row is named", async () => {
    const files = ["images/01.png", "images/02.png", "images/3.png"];
    const { notes } = await locate({ files, rows: ["|3.png", "|1.png", "|2.png"] });
    expect(notes).toEqual([
      expect.stringMatching(/^2 pictures were .*row 2: .*1\.png with other zeros .*01\.png$/),
    ]);
  });

  it("is not searched if the name itself exists", async () => {
    const { found, notes } = await locate({ files: ["images/a.png", "images/A.png"], rows: ["|a.png"] });
    expect(found).toEqual(["images/a.png"]);
    expect(notes).toEqual([]);
  });

  it.each<[string, string[], RegExp]>([
    [
      "two equally likely names",
      ["A.png", "a.PNG"],
      /A\.png.*a\.PNG.*either of which may be meant|a\.PNG.*A\.png.*either/,
    ],
    ["another format", ["a.jpg"], /the nearest is "a\.jpg"/],
    ["a typing error", ["Aa.png"], /the nearest is "Aa\.png"/],
  ])("is named, not guessed: %s", async (_, files, message) => {
    const { found } = await locate({ files: files.map((file) => `images/${file}`), rows: ["|a.png"] });
    expect(found).toEqual([expect.stringMatching(/^there is no such picture/)]);
    expect(found[0]).toMatch(message);
  });

  it("is not the picture of another row, and not another number", async () => {
    const { found } = await locate({
      files: ["images/01.png", "images/2.png"],
      rows: ["|1.png", "|01.png", "|3.png"],
    });
    expect(found).toEqual([
      "there is no such picture: images/01.png exists, but belongs to another row",
      "images/01.png",
      "there is no such picture",
    ]);
  });

  it("is reported with the nearest folder if its folder is missing", async () => {
    const { found } = await locate({
      files: ["images/atlas/a.png"],
      rows: ["atlsa|a.png", "wrist|a.png", "..|a.png"],
    });
    expect(found).toEqual([
      'there is no such picture; the nearest is "atlas" in images',
      'there is no such picture: images has no folder "wrist"',
      "there is no such picture",
    ]);
  });

  it("is reported if its name on disk is Latin-1", async () => {
    const folder = await temporaryFolder();
    await writeFile(
      Buffer.concat([Buffer.from(`${folder}/M`), Buffer.from([0xfc]), Buffer.from("ller.png")]),
      "",
    );
    const locator = new Locator(folder, await openMasks([]), () => false);
    const row = { row: 1, imageId: COMPOSED, dir: "", patientId: "", sex: null, boneAgeMonths: null };
    const sample = await locator.locate({ index: 0, row, imagePath: join(folder, COMPOSED) });
    expect(sample).toMatchObject({
      error: { message: expect.stringMatching(/has "Müller\.png", but .*not UTF-8: rename/) },
    });
  });

  it("is found among many files without listing the folder for each row", async () => {
    const files = Array.from({ length: 500 }, (_, i) => `images/${String(i).padStart(5, "0")}.png`);
    const rows = files.map((_, i) => `|${i}`);
    const { found } = await locate({ files, rows });
    expect(found).toEqual(files);
    const { found: none } = await locate({ files, rows: ["|hand-00017.png", "|00017x.png"] });
    expect(none[0]).toBe("there is no such picture");
    expect(none[1]).toMatch(/the nearest is "00017\.png"/);
  });
});

describe("a mask", () => {
  it.each<[string, row: string, picture: string, mask: string]>([
    ["is a PNG whatever the format of the picture", "|a.jpg", "a.jpg", "a.png"],
    ["has its picture's name, not the row's", "|1", "01.png", "01.png"],
    ["has the row's name", "|1.png", "01.png", "1.png"],
    ["is in another Unicode form", `|${COMPOSED}`, COMPOSED, DECOMPOSED],
  ])("%s", async (_, row, picture, mask) => {
    const files = [`images/${picture}`, `masks/${mask}`];
    const { found } = await locate({ files, rows: [row], masks: true });
    expect(found).toEqual([`images/${picture} masks/${mask}`]);
  });

  it("is never the mask of another picture", async () => {
    const files = [
      "images/a.jpg",
      "images/a.png",
      "masks/a.png",
      "images/1.png",
      "images/01.png",
      "masks/01.png",
    ];
    const { found } = await locate({ files, rows: ["|a.jpg", "|1.png"], masks: true });
    expect(found[0]).toMatch(
      /^there is no mask for this picture: looked for masks\/a\.jpg: masks\/a\.png exists, but/,
    );
    expect(found[1]).toMatch(/looked for masks\/1\.png: masks\/01\.png exists, but/);
  });

  it("that is missing is reported with the paths that were searched", async () => {
    const { found, samples } = await locate({ files: ["images/x/a.png"], rows: ["x|a.png"], masks: true });
    expect(found).toEqual([
      'there is no mask for this picture: looked for masks/x/a.png: masks has no folder "x"',
    ]);
    expect(samples[0]).toMatchObject({ dropped: true });
  });
});

it("a folder with the name of a picture is not a picture", async () => {
  const root = await temporaryFolder();
  await mkdir(join(root, "a.png"));
  const locator = new Locator(root, await openMasks([]), () => false);
  const row = { row: 1, imageId: "a.png", dir: "", patientId: "", sex: null, boneAgeMonths: null };
  const sample = await locator.locate({ index: 0, row, imagePath: join(root, "a.png") });
  expect(sample).toMatchObject({ error: { code: "ERR_DEEPLASIA_IMAGE_MISSING" } });
});
