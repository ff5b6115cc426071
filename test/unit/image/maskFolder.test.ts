import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { MaskFolder, maskName } from "../../../src/image/maskFolder.js";
import { halves } from "../../helpers/pictures.js";
import { temporaryFolder } from "../../helpers/temporary.js";

const SIZE = { width: 3, height: 2 };
const MASK = Uint8Array.of(0, 255, 255, 0, 0, 255);

test("masks have the pictures' names, as PNG", () => {
  const names = ["a.png", "a.PNG", "a.jpg", "a.Tiff", "1.2.840.113", "IM0001", "a.dcm"];
  expect(names.map(maskName)).toEqual([
    ...["a.png", "a.PNG", "a.png", "a.png", "1.2.840.113.png", "IM0001.png", "a.png"],
  ]);
});

describe("a folder of masks", () => {
  test("takes masks, exactly, also again", async () => {
    const folder = new MaskFolder(join(await temporaryFolder(), "new"));
    for (const mask of [MASK, MASK.map((value) => 255 - value)]) {
      await folder.write({ dir: "x/y", imageId: "a.jpg" }, mask, SIZE);
      const file = await readFile(join(folder.root, "x/y/a.png"));
      expect([...(await sharp(file).toColourspace("b-w").raw().toBuffer())]).toEqual([...mask]);
      expect([file[24], file[25]]).toEqual([8, 0]); // 8 bits, grey
    }
  });

  test("never replaces a picture, nor the mask of another picture, nor leaves the folder", async () => {
    const folder = new MaskFolder(await temporaryFolder());
    const radiograph = await halves(200, 40, 30);
    await writeFile(join(folder.root, "hand.png"), radiograph);
    const write = (dir: string, imageId: string) => folder.write({ dir, imageId }, MASK, SIZE);
    const refusal = (why: string) => ({
      code: "ERR_DEEPLASIA_OUTPUT",
      message: expect.stringContaining(why),
    });
    await expect(write("", "hand.jpg")).rejects.toMatchObject(refusal("no mask has this name"));
    expect(await readFile(join(folder.root, "hand.png"))).toEqual(radiograph);
    await write("", "b.png");
    await expect(write("", "b.tif")).rejects.toMatchObject(refusal("it is the mask of b.png"));
    await expect(write("../z", "a.png")).rejects.toMatchObject(refusal("outside of"));
  });
});
