import { join } from "node:path";
import { expect, it } from "vitest";
import { openMasks } from "../../../src/data/masks.js";
import { temporaryFolder, writeTree } from "../../helpers/temporary.js";

async function tree() {
  return writeTree(await temporaryFolder(), {
    "one/x/a.png": "",
    "two/x/a.png": "",
    "two/x/b.png": "",
    "two/x/folder.png/c.png": "",
  });
}

it("finds the mask in the first folder that has it", async () => {
  const root = await tree();
  const [one, two] = [join(root, "one"), join(root, "two")];
  const masks = await openMasks([one, two]);
  expect(masks.used).toBe(true);
  expect(await masks.find("x", "a.png")).toBe(join(one, "x/a.png"));
  expect(await masks.find("x", "b.png")).toBe(join(two, "x/b.png"));
  expect(await masks.find("x", "folder.png")).toBe(null);
  expect(await masks.find("", "a.png")).toBe(null);
  expect(await (await openMasks([two, one])).find("x", "a.png")).toBe(join(two, "x/a.png"));
});

it.each([[[]], [[""]], [["", "somewhere"]]])("%j means no masks", async (folders) => {
  const masks = await openMasks(folders);
  expect(masks.used).toBe(false);
  expect(await masks.find("x", "a.png")).toBe(null);
});

it("names a folder that does not exist and a file that is given as a folder", async () => {
  const root = await tree();
  await expect(openMasks([join(root, "one"), join(root, "three")])).rejects.toMatchObject({
    code: "ERR_DEEPLASIA_OPTION",
    file: join(root, "three"),
    message: expect.stringMatching(/`maskDirs`: there is no folder .*three/),
  });
  await expect(openMasks([join(root, "one/x/a.png")])).rejects.toThrow(/not a folder/);
});
