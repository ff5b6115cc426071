import { join } from "node:path";
import { expect, test } from "vitest";
import { openMaskCohort } from "../../../src/training/maskCohort.js";
import { temporaryFolder, writeTree } from "../../helpers/temporary.js";

async function open(maskDirs: (folder: string) => string[]) {
  const names = ["0.png", "1.png", "2.png"];
  const folder = await writeTree(await temporaryFolder(), {
    "a.csv": ["image_ID,patient_ID,dir,sex,bone_age", "0.png,0,,,", "1.png,1,,?,old", "2.png,2,,M,100"].join(
      "\n",
    ),
    "s.csv": ["patient_ID,dir,s", "0,,train", "1,,train", "2,,val"].join("\n"),
    ...Object.fromEntries(names.map((name) => [`images/${name}`, ""])),
    "masks/0.png": "",
    "masks/2.png": "",
  });
  const cohort = await openMaskCohort({
    annotation_path: join(folder, "a.csv"),
    split_path: join(folder, "s.csv"),
    split_column: "s",
    img_dir: join(folder, "images"),
    mask_dirs: maskDirs(folder),
  });
  return { folder, ...cohort };
}

test("a row needs a mask, and neither sex nor age", async () => {
  const { folder, parts, scale } = await open((root) => [join(root, "masks")]);
  expect(scale).toBeNull();
  expect(parts.train.rows.map(({ maskPath }) => maskPath)).toEqual([join(folder, "masks/0.png")]);
  expect(parts.val.rows).toHaveLength(1);
  expect(parts.train.failed).toMatchObject([{ row: 2, error: { code: "ERR_DEEPLASIA_MASK_MISSING" } }]);
});

test.each([[[]], [[""]]])("without masks (%j) there is nothing to learn", async (folders) => {
  await expect(open(() => folders)).rejects.toMatchObject({
    code: "ERR_DEEPLASIA_OPTION",
    message: expect.stringContaining("data.mask_dirs names no folder"),
    remedy: expect.stringContaining("phantom --hard"),
  });
});
