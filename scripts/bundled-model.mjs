/**
 * `npm run model:bundled [-- FOLDER]`: draws the phantoms, trains on them with configs/phantom-b0.yml, and writes
 * models/phantom-b0.pt with what it was measured to know. With real plates at hand (DEEPLASIA_TEST_DATA, the folder that
 * the tests use) it is measured on those too; it learns from none.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parse } from "csv-parse/sync";
import { stringify } from "csv-stringify/sync";
import { isFailure, loadModel, predictCohort } from "../dist/index.js";
import { root, runAsScript } from "./steps.mjs";

const MODEL = join(root, "models", "phantom-b0.pt");
const TRAINING = { n: "6000", seed: "1", sizes: "300" };
const UNSEEN = { n: "300", seed: "1000001" };

function cli(...args) {
  const result = spawnSync(process.execPath, [join(root, "dist/bin.cjs"), ...args], { stdio: "inherit" });
  if (result.status !== 0) throw new Error(`deeplasia-native ${args[0]} ended with ${result.status}`);
}

function draw(out, options) {
  const flags = Object.entries(options).map(([name, value]) => `--${name}=${value}`);
  cli("phantom", `--out=${out}`, ...flags);
}

/** Truth and prediction of every row, months. */
async function predictions(model, folder, annotations, maskFolder) {
  const rows = [];
  const cohort = { annotationCsv: annotations, imgDir: join(folder, "images"), maskDirs: [maskFolder] };
  for await (const row of predictCohort(model, cohort))
    if (!isFailure(row)) rows.push({ truth: row.boneAgeMonths, predicted: row.ageMonths, dir: row.dir });
  return rows;
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const mad = (rows) => mean(rows.map(({ truth, predicted }) => Math.abs(truth - predicted)));

function correlation(rows) {
  const [x, y] = [rows.map(({ truth }) => truth), rows.map(({ predicted }) => predicted)];
  const [mx, my] = [mean(x), mean(y)];
  const products = (a, ma, b, mb) => a.reduce((sum, value, i) => sum + (value - ma) * (b[i] - mb), 0);
  return products(x, mx, y, my) / Math.sqrt(products(x, mx, x, mx) * products(y, my, y, my));
}

/** On phantoms that it has not seen, with their sex and with the other one. */
async function measurePhantoms(model, folder) {
  const annotations = join(folder, "annotations.csv");
  const swapped = join(folder, "swapped.csv");
  const rows = parse(await readFile(annotations, "utf8"), { columns: true });
  const others = rows.map((row) => ({ ...row, sex: row.sex === "M" ? "F" : "M" }));
  await writeFile(swapped, stringify(others, { header: true }));
  const right = mad(await predictions(model, folder, annotations, join(folder, "masks")));
  const wrong = mad(await predictions(model, folder, swapped, join(folder, "masks")));
  return `MAD ${right.toFixed(1)} months on ${rows.length} phantoms that it had not seen, ${wrong.toFixed(1)} with the other sex`;
}

/** On real plates, by folder, where there are any. */
async function measurePlates(model) {
  const folder = join(resolve(root, process.env.DEEPLASIA_TEST_DATA ?? "../shared"), "radiographs");
  if (!existsSync(join(folder, "annotations.csv"))) return [];
  const rows = await predictions(model, folder, join(folder, "annotations.csv"), join(folder, "masks"));
  const names = { atlas: "plates of an atlas", rsna: "pictures of the RSNA challenge" };
  return Object.entries(names).map(([dir, name]) => {
    const own = rows.filter((row) => row.dir === dir);
    return `${name} (${own.length}): r ${correlation(own).toFixed(2)}, MAD ${mad(own).toFixed(0)} months`;
  });
}

async function measure(file, folder) {
  const model = await loadModel(file);
  try {
    return { phantoms: await measurePhantoms(model, folder), plates: await measurePlates(model) };
  } finally {
    await model.dispose();
  }
}

/** A model of a run, small, with what it was measured to know in its contract. */
async function pack(bestModel, folder, unseen) {
  const half = join(folder, "half.pt");
  cli("convert", bestModel, half, "--half", "--overwrite");
  const { phantoms, plates } = await measure(half, unseen);
  const found = [phantoms, ...plates].join("; ");
  const provenance =
    `trained by deeplasia-native on ${TRAINING.n} synthetic radiographs (npm run model:bundled); it has seen no ` +
    `person's hand. Measured: ${found}.`;
  await mkdir(join(root, "models"), { recursive: true });
  await rm(MODEL, { force: true });
  cli(
    "manifest",
    "write",
    half,
    `--out=${MODEL}`,
    "--name=phantom-b0",
    "--licence=MIT",
    `--provenance=${provenance}`,
    "--intended-use=to try this software with synthetic pictures; not for people, not a medical device",
  );
  console.log(`${MODEL}: ${found}`);
}

async function bundledModel() {
  const folder = resolve(process.argv[2] ?? "output/bundled");
  const [cohort, unseen] = [join(folder, "cohort"), join(folder, "unseen")];
  draw(cohort, TRAINING);
  draw(unseen, UNSEEN);
  const data = ["annotations.csv", "splits.csv", "images", "masks"].map((name) => join(cohort, name));
  cli(
    "train",
    `--config=${join(root, "configs/phantom-b0.yml")}`,
    `--root_dir=${folder}`,
    `--data.annotation_path=${data[0]}`,
    `--data.split_path=${data[1]}`,
    `--data.img_dir=${data[2]}`,
    `--data.mask_dirs=${data[3]}`,
    "--trainer.resume_from_checkpoint=last",
  );
  const runs = (await readdir(join(folder, "phantom-b0"))).filter((name) => name.startsWith("version_"));
  const newest = runs.sort((a, b) => Number(a.slice(8)) - Number(b.slice(8))).at(-1);
  await pack(join(folder, "phantom-b0", newest, "ckp/best_model.pt"), folder, unseen);
}

await runAsScript(import.meta.url, bundledModel);
