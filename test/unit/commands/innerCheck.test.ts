import { join } from "node:path";
import { expect, test } from "vitest";
import { checkInner } from "../../../src/commands/innerCheck.js";
import { parseInner } from "../../../src/commands/innerCommand.js";
import { createProgram } from "../../../src/program.js";
import { temporaryFolder, writeTree } from "../../helpers/temporary.js";

const look = async (...argv: string[]) => checkInner(await parseInner(await createProgram(), argv));

async function cohort(): Promise<string[]> {
  const folder = await temporaryFolder();
  await writeTree(folder, { "a.csv": "image_ID,sex\n", "s.csv": "patient_ID\n", "images/a.png": "" });
  return ["a.csv", "s.csv", "images"].map((name) => join(folder, name));
}

test("a job's command whose files are there is queued, whatever it will write", async () => {
  const [annotations, splits, images] = (await cohort()) as [string, string, string];
  await look("predict", "--annotation_csv", annotations, "--img_dir", images, "-o", "new/out.csv");
  await look("predict", join(images, "a.png"), `${images}/*.jpg`, "--sex", "F");
  const data = { annotation_path: annotations, split_path: splits, img_dir: images, mask_dirs: "[]" };
  await look(
    "train",
    "--root_dir=new",
    ...Object.entries(data).map(([key, value]) => `--data.${key}=${value}`),
  );
  await look("ensemble", `left=${annotations}`, splits);
  await look("phantom", "--out", "new", "--n", "3");
});

test("training's defaults are not looked for: only the nodes may have them", async () => {
  await look("train", "--root_dir=new");
  const [annotations] = await cohort();
  await look("train", `--data.annotation_path=${annotations}`);
});

test.each([
  [["predict", "--annotation_csv", "none.csv"], "--annotation_csv: none.csv does not exist"],
  [["predict", "none.png", "--sex", "F"], "<pictures>: none.png does not exist"],
  [["predict", ".", "--sex", "F", "--ckp_path", "none.pt"], "--ckp_path: none.pt does not exist"],
  [["predict", ".", "--sex", "F", "--mask_dirs", ".", "none"], "--mask_dirs: none does not exist"],
  [["predict", ".", "--sex", "Q"], "--sex Q: must be F or M"],
  [["predict", ".", "--sex", "F", "--batch_size", "many"], "--batch_size many: must be a whole number"],
  [["ensemble", "none.csv"], "<predictions>: none.csv does not exist"],
  [["cohort", "check", "none.csv"], "<annotations>: none.csv does not exist"],
  [["train", "--config=none.yml"], "none.yml: no such file"],
  [["train", "--data.annotation_path=none.csv"], "data.annotation_path: none.csv does not exist"],
  [["train", "--trainer.max_epochs=few"], '--trainer.max_epochs "few": must be a whole number'],
])("%j is refused before it waits in the queue", async (argv, message) => {
  await expect(look(...argv)).rejects.toThrow(message);
});
