/**
 * `npm run model:bundled [-- FOLDER]`: draws phantoms, trains on them in four stages, and writes models/phantom-b0.pt with
 * its measured accuracy in its contract. Where there are real plates (DEEPLASIA_TEST_DATA, the folder that the tests use), it
 * is measured on those too; it is not trained on them. After an interruption the same command resumes.
 */
import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parse } from "csv-parse/sync";
import { stringify } from "csv-stringify/sync";
import { isFailure, loadModel, predictCohort } from "../dist/index.js";
import { addStatistics } from "./feature-statistics.mjs";
import { root, runAsScript } from "./steps.mjs";
import { cli, draw, trainStage } from "./train-stage.mjs";

const MODEL = join(root, "models", "phantom-b0.pt");
const FEW = { n: "6000", seed: "1", sizes: "300" };
const MANY = { n: "24000", seed: "2", sizes: "300" };
const FRESH = { n: "16000", seed: "3", sizes: "300,500" };
/** First a few small hands, many times; then many others, a few times each, larger and larger; in the end new, sharp ones. */
const STAGES = [
  {
    name: "small",
    cohort: FEW,
    splitColumn: "phantom",
    configs: ["phantom-b0"],
    // The schedule is for 20 epochs; the next stage learns anew what the last six would polish.
    flags: ["--trainer.max_epochs=14", "--lr_scheduler.T_max=20"],
  },
  {
    name: "middle",
    cohort: MANY,
    splitColumn: "large",
    configs: ["phantom-b0", "phantom-b0-large"],
    // The learning rate stays high; the next stages lower it.
    flags: ["--data.input_size", "1", "160", "160", "--trainer.max_epochs=2", "--lr_scheduler.T_max=1000"],
  },
  {
    name: "large",
    cohort: MANY,
    splitColumn: "large",
    configs: ["phantom-b0", "phantom-b0-large"],
    flags: [],
  },
  {
    name: "fine",
    cohort: FRESH,
    splitColumn: "large",
    configs: ["phantom-b0", "phantom-b0-large", "phantom-b0-fine"],
    flags: [],
  },
];
/** In the scheme `large` the first so many pictures are for validation, all others for training. */
const VALIDATION_ROWS = 480;
const PICTURES = Number(FEW.n) + Number(MANY.n) + Number(FRESH.n);
const UNSEEN = { n: "300", seed: "1000001" };

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

/** Measures it on phantoms that it has not seen, with their sex and with the other one. */
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

/** Measures it on real plates, by folder, where there are any. */
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

/** Writes a run's model in 16 bits, with its measured accuracy in its contract. */
export async function pack(bestModel, folder, unseen) {
  const half = join(folder, "half.pt");
  cli("convert", bestModel, half, "--half", "--overwrite");
  const { phantoms, plates } = await measure(half, unseen);
  const found = [phantoms, ...plates].join("; ");
  const provenance =
    `trained by deeplasia-native on ${PICTURES} synthetic radiographs (npm run model:bundled); it has seen no ` +
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
  await addStatistics(MODEL);
  console.log(`${MODEL}: ${found}`);
}

/** Adds the scheme `large` to splits.csv: nearly all pictures are for training. */
async function splitLarge(file) {
  const rows = parse(await readFile(file, "utf8"), { columns: true });
  const split = rows.map((row, i) => ({ ...row, large: i < VALIDATION_ROWS ? "val" : "train" }));
  await writeFile(file, stringify(split, { header: true }));
}

async function bundledModel() {
  const folder = resolve(process.argv[2] ?? "output/bundled");
  const unseen = join(folder, "unseen");
  draw(unseen, UNSEEN);
  let model = null;
  for (const stage of STAGES)
    model = await trainStage(folder, stage, model, async (splits) => {
      if (stage.splitColumn === "large") await splitLarge(splits);
    });
  await pack(model, folder, unseen);
}

await runAsScript(import.meta.url, bundledModel);
