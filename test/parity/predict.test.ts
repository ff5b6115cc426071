/** The reference's own prediction CSVs, again from its own checkpoints through `predict`. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { csvRows, runCli } from "../helpers/cli.js";
import { temporaryFolder } from "../helpers/temporary.js";
import { describeWithTestData, testData } from "../helpers/testData.js";

const CURRENT = "parity/checkpoints/lightning_b0.ckpt";
const LEGACY = "parity/checkpoints/legacy/masked_effnet_super_shallow_fancy_aug.ckpt";

interface Case {
  /** File of the reference's predictions. */
  csv: string;
  checkpoint: string;
  side: number;
  /** Folder of the masks, where it is not the radiographs' own. */
  masks?: string;
  flags: string[];
  /** Largest difference of y_hat that float32 arithmetic in another order explains (parity/README). */
  tolerance: number;
}

const CASES: Case[] = [
  { csv: "crop-1_64", checkpoint: CURRENT, side: 64, flags: ["--mask_crop_size", "-1"], tolerance: 2e-4 },
  { csv: "crop1.15_64", checkpoint: CURRENT, side: 64, flags: ["--mask_crop_size", "1.15"], tolerance: 2e-4 },
  {
    csv: "crop1.15_flip_rot-10_64",
    checkpoint: CURRENT,
    side: 64,
    flags: ["--mask_crop_size", "1.15", "--flip", "--rotation_angle", "-10"],
    tolerance: 2e-4,
  },
  { csv: "crop-1_512", checkpoint: CURRENT, side: 512, flags: ["--mask_crop_size", "-1"], tolerance: 2e-4 },
  {
    csv: "nomask_96",
    checkpoint: CURRENT,
    side: 96,
    masks: "",
    flags: ["--mask-needed", "false"],
    tolerance: 2e-4,
  },
  {
    csv: "legacy_crop1.15_128",
    checkpoint: LEGACY,
    side: 128,
    flags: ["--legacy_ckp", "--mask_crop_size", "1.15"],
    tolerance: 2e-3,
  },
  {
    csv: "legacy_crop-1_512",
    checkpoint: LEGACY,
    side: 512,
    flags: ["--legacy_ckp", "--mask_crop_size", "-1"],
    tolerance: 2e-3,
  },
];

describeWithTestData("the reference's predictions", ["parity/predict", CURRENT, "radiographs"], () => {
  it.each(CASES)("$csv", async ({ csv, checkpoint, side, masks, flags, tolerance }) => {
    const expected = csvRows(await readFile(testData(`parity/predict/${csv}.csv`), "utf8"));
    const output = join(await temporaryFolder(), "predictions.csv");
    const { code, stderr } = await runCli([
      ...["predict", "--ckp_path", testData(checkpoint), "--output_path", output],
      ...["--annotation_csv", testData("radiographs/annotations.csv")],
      ...["--img_dir", testData("radiographs/images")],
      ...["--mask_dirs", masks ?? testData("radiographs/masks")],
      ...["--input_size", "1", String(side), String(side)],
      ...["--device", "cpu", ...flags],
    ]);
    expect(stderr).not.toContain("error");
    expect(code).toBe(0);
    const rows = csvRows(await readFile(output, "utf8"));
    expect(rows.map(({ image_ID, sex }) => [image_ID, sex])).toEqual(
      expected.map(({ image_ID, sex }) => [image_ID, sex]),
    );
    const furthest = (column: string) =>
      Math.max(...rows.map((row, i) => Math.abs(Number(row[column]) - Number(expected[i]![column]))));
    expect(furthest("y_hat")).toBeLessThan(tolerance);
    if (expected[0]!.pred_bone_age !== undefined) expect(furthest("pred_bone_age")).toBeLessThan(0.05);
  });
});
