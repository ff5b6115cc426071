/**
 * `node bench/masks.mjs [MASK-MODEL]`: what a hand-mask model (by default the bundled one) is worth on the real radiographs below
 * DEEPLASIA_TEST_DATA: Dice against their masks, and the bundled bone-age model's MAD with given and with made masks.
 */
import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { decodePicture } from "../dist/image/decodePicture.js";
import { isFailure, loadHandMaskModel, loadModel, predictCohort } from "../dist/index.js";
import { BUNDLED_MASK_MODEL, BUNDLED_MODEL } from "../dist/model/bundled.js";
import { dice, measurePhantoms } from "../scripts/bundled-mask.mjs";
import { root } from "../scripts/steps.mjs";

const folder = join(resolve(root, process.env.DEEPLASIA_TEST_DATA ?? "../shared"), "radiographs");
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

function show(name, values) {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (q) => sorted[Math.floor(q * (sorted.length - 1))].toFixed(3);
  console.log(
    `${name} (${values.length}): mean ${mean(values).toFixed(3)}, median ${at(0.5)}, tenth ${at(0.1)}, worst ${at(0)}`,
  );
}

async function diceOf(model, part) {
  const found = [];
  for (const name of readdirSync(join(folder, "masks", part))) {
    const picture = await decodePicture(join(folder, "images", part, name), { role: "image" });
    const { data, channels, depth } = await decodePicture(join(folder, "masks", part, name), {
      role: "mask",
    });
    if (channels !== 1 || depth !== 8) throw new Error(`${name}: the mask is no 8-bit grey picture`);
    const hand = await model.find(picture);
    found.push(hand === null ? 0 : dice(hand.mask, data));
  }
  return found;
}

async function deviations(ages, options) {
  const cohort = {
    annotationCsv: join(folder, "annotations.csv"),
    imgDir: join(folder, "images"),
    ...options,
  };
  const byPart = new Map();
  for await (const row of predictCohort(ages, cohort)) {
    if (isFailure(row)) console.log(`  ${row.file}: ${row.message}`);
    else byPart.set(row.dir, [...(byPart.get(row.dir) ?? []), Math.abs(row.ageMonths - row.boneAgeMonths)]);
  }
  return byPart;
}

const model = await loadHandMaskModel(process.argv[2] ?? BUNDLED_MASK_MODEL);
show("Dice, hard phantoms", await measurePhantoms(model, { count: 60, seed: 1_000_002 }));
for (const part of readdirSync(join(folder, "masks"))) show(`Dice, ${part}`, await diceOf(model, part));
const ages = await loadModel(BUNDLED_MODEL);
const given = await deviations(ages, { maskDirs: [join(folder, "masks")] });
const made = await deviations(ages, { maskModel: model });
for (const [part, own] of given)
  console.log(
    `MAD, ${part} (${own.length}): ${mean(own).toFixed(1)} months with given masks, ` +
      `${mean(made.get(part)).toFixed(1)} with made ones (${made.get(part).length})`,
  );
await Promise.all([model.dispose(), ages.dispose()]);
