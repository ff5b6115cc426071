/**
 * Builds the addons for several versions of libtorch, and uses each: phantoms, a fresh network, two training steps, a
 * checkpoint, and predictions with it.
 *
 *   npm run smoke:libtorch -- --libtorch 2.9,2.11,/opt/torch
 */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { checkTools, cmakeJs, coreFolder } from "./build-native.mjs";
import { eachLibtorch } from "./each-libtorch.mjs";
import { root, run, runAsScript, SetupError } from "./steps.mjs";

/** Sources are joined, because most of the time goes into reading libtorch's headers. */
const UNITY = { CMAKE_UNITY_BUILD: "ON", CMAKE_UNITY_BUILD_BATCH_SIZE: "8" };

const PICTURES = ["--annotation_csv=hands/annotations.csv", "--img_dir=hands/images"];
const CHECKPOINT = "output/smoke/version_0/ckp/best_model.pt";

/** What is done with each version, in an empty folder. */
const COMMANDS = [
  ["phantom", "--n=12", "--out=hands", "--seed=4", "--sizes=128"],
  [
    ...["train", "--name=smoke", "--trainer.max_epochs=1", "--model.backbone=efficientnet-b0"],
    ...["--data.annotation_path=hands/annotations.csv", "--data.split_path=hands/splits.csv"],
    ...["--data.split_column=phantom", "--data.img_dir=hands/images", "--data.mask_dirs=hands/masks"],
    ...["--data.input_size", "1", "64", "64", "--data.train_batch_size=2"],
  ],
  ["inspect", CHECKPOINT],
  ["predict", ...PICTURES, "--mask_dirs=hands/masks", `--ckp_path=${CHECKPOINT}`, "--output_path=ages.csv"],
];

/** A copy of the package with the addons for one libtorch, so that a developer's build stays. */
async function packageFor(libtorch) {
  const folder = join("build/smoke", coreFolder(libtorch));
  const copy = join(root, folder, "package");
  await cmakeJs(libtorch, { out: join(folder, "build"), settings: UNITY });
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(copy, { recursive: true });
  for (const name of ["dist", "package.json", "models", "configs"])
    if (existsSync(join(root, name))) cpSync(join(root, name), join(copy, name), { recursive: true });
  cpSync(join(root, folder, "build/Release"), join(copy, "build/Release"), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  return copy;
}

/** Runs the commands against one libtorch. Throws if one of them fails. */
async function use(copy, libtorch) {
  const folder = mkdtempSync(join(tmpdir(), "deeplasia-smoke-"));
  const env = { ...process.env, DEEPLASIA_LIBTORCH: libtorch.directory };
  try {
    for (const command of COMMANDS)
      await run(process.execPath, [join(copy, "dist/bin.cjs"), ...command], {
        cwd: folder,
        env,
        quiet: true,
      });
    const [header, ...rows] = readFileSync(join(folder, "ages.csv"), "utf8").trim().split("\n");
    if (rows.length !== 12) throw new SetupError(`${rows.length} of 12 predictions below ${header}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

await runAsScript(import.meta.url, async () => {
  const { values } = parseArgs({ options: { libtorch: { type: "string" } } });
  if (values.libtorch === undefined)
    throw new SetupError(
      "--libtorch is missing: versions or folders, such as --libtorch 2.9,2.11,/opt/torch",
    );
  checkTools();
  for (const libtorch of await eachLibtorch(values.libtorch)) {
    await use(await packageFor(libtorch), libtorch);
    console.log(`libtorch ${libtorch.version}: built; trained, saved and predicted`);
  }
});
