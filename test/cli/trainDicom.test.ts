/** `train` and `cohort check` on DICOM files: the same pixels as PNG give the same run. */
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { decodePicture } from "../../src/image/decodePicture.js";
import { runCli } from "../helpers/cli.js";
import { dicomFile, type Elements } from "../helpers/dicomFile.js";
import { temporaryFolder } from "../helpers/temporary.js";
import { outcomeOf, phantomSettings, sharedPhantoms } from "../helpers/trainCli.js";
import { LEARNS } from "../helpers/trainer.js";

const cohort = sharedPhantoms();

/** A window that leaves values of 16 bits as they are (PS3.3 C.11.2.1.2: LINEAR). */
const WHOLE_RANGE: Elements = { "00281050": ["DS", "32768"], "00281051": ["DS", "65536"] };

async function asDicom(png: string): Promise<Buffer> {
  const { data, width, height, depth } = await decodePicture(png, { role: "image" });
  return dicomFile({
    ...{ "00280002": ["US", 1], "00280004": ["CS", "MONOCHROME2"] },
    ...{ "00280010": ["US", height], "00280011": ["US", width] },
    ...{ "00280100": ["US", depth], "00280101": ["US", depth], "00280102": ["US", depth - 1] },
    "00280103": ["US", 0],
    ...(depth === 16 && WHOLE_RANGE),
    "7fe00010": [depth === 16 ? "OW" : "OB", new Uint8Array(data.buffer, data.byteOffset, data.byteLength)],
  });
}

/** The cohort of PNGs with its pictures as DICOM files; the masks stay. */
async function dicomCohort(): Promise<string> {
  const folder = await temporaryFolder();
  await mkdir(join(folder, "images"));
  const names = await readdir(join(cohort.folder, "images"));
  for (const name of names)
    await writeFile(
      join(folder, "images", name.replace(".png", ".dcm")),
      await asDicom(join(cohort.folder, "images", name)),
    );
  const csv = await readFile(join(cohort.folder, "annotations.csv"), "utf8");
  await writeFile(join(folder, "annotations.csv"), csv.replaceAll(".png", ".dcm"));
  return folder;
}

test("train gives the metrics, predictions and model of the same pixels as PNG", async () => {
  const folder = await dicomCohort();
  const outcomes = [];
  for (const [root, ...more] of [
    [await temporaryFolder()],
    [
      await temporaryFolder(),
      ...[
        `--data.img_dir=${join(folder, "images")}`,
        `--data.annotation_path=${join(folder, "annotations.csv")}`,
      ],
    ],
  ] as [string, ...string[]][]) {
    const settings = phantomSettings(cohort.folder, root, `--model.init_from=${LEARNS}`, ...more);
    const { code, stderr } = await runCli(["train", ...settings, "--trainer.max_epochs=1"]);
    expect(code, stderr).toBe(0);
    const { metrics, predictions } = await outcomeOf(root);
    outcomes.push({ metrics, predictions: predictions.map((text) => text.replaceAll(".dcm", ".png")) });
  }
  expect(outcomes[1]).toEqual(outcomes[0]);
});

test("cohort check finds nothing to say about such a cohort, and names a damaged file", async () => {
  const folder = await dicomCohort();
  const check = [
    ...["cohort", "check", join(folder, "annotations.csv"), "--decode", "--progress=none"],
    ...["--img_dir", join(folder, "images"), "--mask_dirs", join(cohort.folder, "masks")],
  ];
  const good = await runCli(check);
  expect(good.code, good.stdout + good.stderr).toBe(0);
  const [first = ""] = (await readdir(join(folder, "images"))).sort();
  const damaged = join(folder, "images", first);
  await writeFile(damaged, (await readFile(damaged)).subarray(0, 400));
  const bad = await runCli(check);
  expect(bad.code).toBe(3);
  expect(bad.stdout + bad.stderr).toContain(first);
});
