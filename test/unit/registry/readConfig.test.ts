import { join } from "node:path";
import { expect, test } from "vitest";
import { cropSizeOf, readConfig } from "../../../src/registry/readConfig.js";
import { temporaryFolder, writeTree } from "../../helpers/temporary.js";

async function sizeIn(code: string) {
  const folder = await writeTree(await temporaryFolder(), { "modeling.py": code });
  return cropSizeOf(join(folder, "modeling.py"));
}

test("the side of the cropper's input is read where the text states it plainly", async () => {
  expect(await sizeIn("import os\nself.t = A.Compose([A.Resize(512, 512, p=1)], p=1)\n")).toEqual([512, 512]);
  expect(await sizeIn("x = A.Resize(height=256, width=384)")).toEqual([256, 384]);
  expect(await sizeIn("# A.Resize(128, 128)\nA.Resize(256, 256)")).toEqual([256, 256]);
});

test("it is not guessed where the text is unclear", async () => {
  expect(await sizeIn("A.Resize(self.size, self.size)")).toBeNull();
  expect(await sizeIn("A.Resize(256, 256); A.Resize(512, 512)")).toBeNull();
  expect(await sizeIn("A.LongestMaxSize(512)")).toBeNull();
  expect(await cropSizeOf(join(await temporaryFolder(), "modeling.py"))).toBeNull();
});

test("a damaged configuration names its file", async () => {
  const folder = await writeTree(await temporaryFolder(), { "config.json": "{" });
  await expect(readConfig(join(folder, "config.json"))).rejects.toMatchObject({
    code: "ERR_DEEPLASIA_MODEL_UNREADABLE",
    file: join(folder, "config.json"),
  });
  expect(await readConfig(join(folder, "none.json"))).toBeNull();
});
