/** `npm run quickstart [-- MODEL PICTURES|CSV [flags of predict]]`: set-up, then predictions. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { setup } from "./setup.mjs";
import { root, runAsScript, SetupError } from "./steps.mjs";

const phantoms = join(root, "examples", "phantoms");

/** A dozen synthetic radiographs, by the bundled model. */
const BUNDLED = [
  join(phantoms, "images"),
  `--sex-from=${join(phantoms, "annotations.csv")}`,
  `--mask_dirs=${join(phantoms, "masks")}`,
];

const PLATE = [join(root, "examples", "plate.png"), "--sex=M"];

function argumentsOf([model, pictures, ...flags]) {
  if (model === undefined) return BUNDLED;
  if (pictures === undefined)
    throw new SetupError("quickstart takes a model and pictures, or nothing: see the README");
  const isCohort = pictures.endsWith(".csv");
  const cohort = isCohort ? ["--annotation_csv", pictures] : [pictures];
  const namesOutput = flags.some((flag) => /^(-o|--output[-_]path)/.test(flag));
  const output = isCohort && !namesOutput ? ["--output_path", "-"] : [];
  // With a blank --ckp_path would take the names that follow for models too.
  return [`--ckp_path=${model}`, ...cohort, ...output, ...flags];
}

function predict(given) {
  const command = [join(root, "dist/bin.cjs"), "predict", ...given];
  return spawnSync(process.execPath, command, { stdio: "inherit" }).status ?? 1;
}

async function quickstart() {
  const given = argumentsOf(process.argv.slice(2));
  await setup();
  process.exitCode = predict(given);
  // A whole plate without a mask: the bundled hand-mask model finds the hand.
  if (given === BUNDLED && process.exitCode === 0) process.exitCode = predict(PLATE);
}

await runAsScript(import.meta.url, quickstart);
