// What ten views of a picture cost, against one: time of the same pictures with and without test-time augmentation, in turns.
//   node bench/testTimeViews.mjs [--n 40] [--rounds 3]
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { loadModel, writePhantoms, writePredictions } from "../dist/index.js";

const { values } = parseArgs({
  options: { n: { type: "string", default: "40" }, rounds: { type: "string", default: "3" } },
});
const folder = await mkdtemp(join(tmpdir(), "views-"));
await writePhantoms({ out: folder, n: Number(values.n), seed: 3, sizes: [512], depth: "8" });
const model = await loadModel(fileURLToPath(new URL("../models/phantom-b0.pt", import.meta.url)));
const cohort = {
  annotationCsv: join(folder, "annotations.csv"),
  imgDir: join(folder, "images"),
  maskDirs: [join(folder, "masks")],
  outputPath: join(folder, "out.csv"),
  overwrite: true,
};
const seconds = async (ten) => {
  const since = performance.now();
  await writePredictions(model, { ...cohort, ttaRot: ten, ttaFlip: ten });
  return (performance.now() - since) / 1000;
};
await seconds(false);
const median = (list) => list.sort((a, b) => a - b)[list.length >> 1];
const [one, ten] = [[], []];
for (let round = 0; round < Number(values.rounds); round++) {
  one.push(await seconds(false));
  ten.push(await seconds(true));
}
console.log(
  `${values.n} pictures: one view ${median(one).toFixed(2)} s, ten views ${median(ten).toFixed(2)} s, ratio ${(median(ten) / median(one)).toFixed(2)}`,
);
await model.dispose();
await rm(folder, { recursive: true });
