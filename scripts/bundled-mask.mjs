/**
 * `npm run model:mask -- MODEL`: writes models/phantom-hand-mask.pt from the best model of a run with `model.kind=mask` on
 * `phantom --hard`, with the contract below, what it was trained on and its measured Dice.
 */
import { spawnSync } from "node:child_process";
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { BUNDLED_MASK_MODEL } from "../dist/model/bundled.js";
import { loadHandMaskModel } from "../dist/model/loadHandMaskModel.js";
import { native } from "../dist/native.js";
import { root, runAsScript } from "./steps.mjs";

/** The side, the threshold and the views with which it finds most on plates that it has not seen, and on real radiographs (bench/masks.mjs). */
const CONTRACT = { inputSize: [1, 160, 160], maskThreshold: 0.4, maskViews: "four" };
const UNSEEN = { count: 100, seed: 1000002 };

/** 2 |A and B| / (|A| + |B|) of two masks. */
export function dice(found, truth) {
  let [both, all] = [0, 0];
  for (let i = 0; i < truth.length; i++) {
    const [a, b] = [found[i] > 127, truth[i] > 127];
    if (a && b) both += 1;
    all += a + b;
  }
  return all === 0 ? 1 : (2 * both) / all;
}

/** Draws hard phantoms that the model has not seen, and returns the Dice of each. */
export async function measurePhantoms(model, { count, seed }) {
  const found = [];
  for (let index = 0; index < count; index++) {
    const drawn = await native().drawPhantom({
      ...{ seed, index, maleShare: 0.5, minAgeMonths: 4, maxAgeMonths: 222 },
      ...{ sizes: [700, 1000], depth: "8", hard: true },
    });
    const { width, height, image: data, mask } = drawn;
    const hand = await model.find({ data, width, height, channels: 1, depth: 8, luma: "png" });
    found.push(hand === null ? 0 : dice(hand.mask, mask));
  }
  return found;
}

function cli(...args) {
  const result = spawnSync(process.execPath, [join(root, "dist/bin.cjs"), ...args], { stdio: "inherit" });
  if (result.status !== 0) throw new Error(`deeplasia-native ${args[0]} ended with ${result.status}`);
}

async function bundledMask() {
  const [trained] = process.argv.slice(2);
  if (trained === undefined)
    throw new Error("give the trained model: npm run model:mask -- output/bundled/…/ckp/best_model.pt");
  await mkdir(dirname(BUNDLED_MASK_MODEL), { recursive: true });
  // MODEL may be the bundled one itself.
  const [half, written] = ["half", "new"].map((part) => `${BUNDLED_MASK_MODEL}.${part}.pt`);
  await Promise.all([half, written].map((file) => rm(file, { force: true })));
  // The package is small: weights in 16 bits, which mark the same pixels but for a few.
  cli("convert", trained, half, "--half");
  const model = await loadHandMaskModel(half, { contract: CONTRACT });
  const found = (await measurePhantoms(model, UNSEEN)).sort((a, b) => a - b);
  await model.dispose();
  const mean = found.reduce((sum, each) => sum + each, 0) / found.length;
  const measured = `Dice ${mean.toFixed(3)} on ${found.length} plates that it had not seen, the worst ${found[0].toFixed(3)}`;
  cli(
    ...["manifest", "write", half, `--out=${written}`, "--name=phantom-hand-mask", "--licence=MIT"],
    ...["--input_size", ...CONTRACT.inputSize, `--mask-threshold=${CONTRACT.maskThreshold}`],
    `--mask-views=${CONTRACT.maskViews}`,
    "--provenance=trained by deeplasia-native on synthetic radiographs (hard phantom plates) alone; it has seen no " +
      `person's hand. Measured: ${measured}.`,
    "--intended-use=masks of hands for models that need them; research only, not a medical device",
  );
  await rm(half);
  await rename(written, BUNDLED_MASK_MODEL);
  console.log(`${BUNDLED_MASK_MODEL}: ${measured}`);
}

await runAsScript(import.meta.url, bundledMask);
