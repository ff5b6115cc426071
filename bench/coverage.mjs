// Coverage of calibrated prediction intervals on phantoms that nobody has seen, by sex too, and the memory of a long evaluation.
//   node bench/coverage.mjs [--calibrate 2000] [--test 1000] [--folder FOLDER] [--seed 1] [--side 256]
// The network gets pictures of 256 x 256, a quarter of what it was trained with: coverage must not depend on how good a model is.
// A folder that holds the pictures of an earlier call is used again.
// The bundled model is evaluated with --calibrate; the copy of it that has the intervals then predicts the test pictures, and
// the columns pred_low_… and pred_high_… of its CSV are held against the truth. Exit code 1 where a coverage is more than two
// points from its level.
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { evaluateModels, loadModel, writeManifest, writePhantoms, writePredictions } from "../dist/index.js";

const { values } = parseArgs({
  options: {
    calibrate: { type: "string", default: "2000" },
    test: { type: "string", default: "1000" },
    seed: { type: "string", default: "1" },
    side: { type: "string", default: "256" },
    folder: { type: "string" },
  },
});
const [calibrate, test] = [Number(values.calibrate), Number(values.test)];
const folder = values.folder ?? (await mkdtemp(join(tmpdir(), "coverage-")));
const imgDir = join(folder, "hands", "images");
const annotationCsv = join(folder, "hands", "annotations.csv");
const splitCsv = join(folder, "splits.csv");
const cohort = {
  annotationCsv,
  imgDir,
  maskDirs: [join(folder, "hands", "masks")],
  splitCsv,
  splitColumn: "s",
};

const rowsOf = (text) => {
  const [header, ...lines] = text.trim().split("\n");
  const names = header.split(",");
  return lines.map((line) => Object.fromEntries(line.split(",").map((cell, i) => [names[i], cell])));
};

if (!existsSync(annotationCsv))
  await writePhantoms({
    ...{
      out: join(folder, "hands"),
      n: calibrate + test,
      seed: Number(values.seed),
      sizes: [256],
      depth: "8",
    },
  });
const drawn = rowsOf(await readFile(annotationCsv, "utf8"));
const partOf = (i) => (i < calibrate ? "val" : "test");
await writeFile(
  splitCsv,
  `patient_ID,dir,s\n${drawn.map((row, i) => `${row.patient_ID},${row.dir},${partOf(i)}\n`).join("")}`,
);

const memory = [];
const bundled = fileURLToPath(new URL("../models/phantom-b0.pt", import.meta.url));
const small = join(folder, "small.pt");
const side = Number(values.side);
await writeManifest(bundled, small, { contract: { inputSize: [1, side, side] }, overwrite: true });
const model = await loadModel(small);
const out = join(folder, "report");
const evaluated = await evaluateModels(model, {
  ...{
    ...cohort,
    out,
    overwrite: true,
    calibrate: "val",
    noRegression: true,
    noTestTtaRot: true,
    noTestTtaFlip: true,
  },
  onProgress: ({ done, total, label }) =>
    memory.push({ label, share: done / total, bytes: process.memoryUsage.rss() }),
});
await model.dispose();
const calibrated = await loadModel(evaluated.model);
const outputPath = join(folder, "test.csv");
await writePredictions(calibrated, { ...cohort, splitName: "test", outputPath, overwrite: true });
await calibrated.dispose();

console.log(
  `MAD ${evaluated.parts.test.mad.toFixed(2)} months; calibrated on ${calibrate}, tested on ${test}`,
);
const rows = rowsOf(await readFile(outputPath, "utf8"));
let isFar = false;
for (const [name, sex] of [
  ["all", null],
  ["girls", "0.0"],
  ["boys", "1.0"],
]) {
  const own = rows.filter((row) => sex === null || row.sex === sex);
  const shares = [80, 90, 95].map((level) => {
    const inside = own.filter(
      (row) =>
        Number(row[`pred_low_${level}`]) <= row.bone_age && row.bone_age <= Number(row[`pred_high_${level}`]),
    );
    const share = (100 * inside.length) / own.length;
    if (Math.abs(share - level) > 2) isFar = true;
    return `${level} %: ${share.toFixed(1)}`;
  });
  console.log(`${name.padEnd(6)} n = ${String(own.length).padEnd(5)} ${shares.join("   ")}`);
}
for (const share of [0.25, 0.5, 0.75, 1]) {
  const { bytes, label } = memory
    .filter((one) => one.label === memory.at(-1).label)
    .find((one) => one.share >= share);
  console.log(`memory at ${100 * share} % of "${label}": ${(bytes / 2 ** 20).toFixed(0)} MiB`);
}
if (values.folder === undefined) await rm(folder, { recursive: true });
process.exitCode = isFar ? 1 : 0;
