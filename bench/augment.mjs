// node bench/augment.mjs [--pictures 60]: milliseconds of native code a picture, with the default augmentation: exact,
// in one sampling, and as prediction sees it, interleaved, medians. Needs no test data: 1500 x 1200 pixels of noise.
import { availableParallelism, cpus } from "node:os";
import { parseArgs } from "node:util";
import sharp from "sharp";
import { drawAugmentation } from "../dist/augmentation/drawAugmentation.js";
import { trainingPlan } from "../dist/augmentation/trainingPlan.js";
import { imagePlan } from "../dist/image/imagePlan.js";
import { native } from "../dist/native.js";
import { augmentationSettings } from "../dist/options/train/dataSettings.js";
import { Random } from "../dist/random.js";

const { values } = parseArgs({ options: { pictures: { type: "string", default: "60" } } });
const [width, height] = [1500, 1200];

const noise = { create: { width, height, channels: 3, noise: { type: "gaussian", mean: 128, sigma: 80 } } };
const { data } = await sharp(noise).blur(2).toColourspace("b-w").raw().toBuffer({ resolveWithObject: true });
const picture = { data: new Uint8Array(data), width, height, channels: 1, depth: 8, luma: "png" };

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

function planOf(way, contract, row) {
  if (way === "prediction") return imagePlan(contract, { flip: false, rotationAngle: 0 });
  const options = augmentationSettings.parse({ augmentation: way });
  return trainingPlan(contract, drawAugmentation(options, new Random("augmentation", 42, 0, row)), options);
}

console.log(`machine: ${cpus()[0]?.model}, ${availableParallelism()} threads; Node ${process.version}`);
for (const side of [512, 256]) {
  const contract = {
    inputSize: [1, side, side],
    ...{
      fit: "centre-square",
      resize: "linear",
      normalise: "zscore",
      maskCropSize: -1,
      subtractBackground: true,
    },
  };
  const batch = native().createBatch(1, side, side);
  const times = { exact: [], fast: [], prediction: [] };
  for (let row = 0; row < Number(values.pictures); row++) {
    for (const [way, list] of Object.entries(times)) {
      const plan = planOf(way, contract, row);
      const start = performance.now();
      await native().fillSlot(batch, 0, picture, null, plan);
      list.push(performance.now() - start);
    }
  }
  await native().dispose(batch);
  for (const [way, list] of Object.entries(times))
    console.log(`to ${side}, ${way}: ${median(list).toFixed(2)} ms`);
  const ratios = times.exact.map((time, i) => time / times.fast[i]);
  console.log(`to ${side}, exact / fast of the same picture: ${median(ratios).toFixed(1)}`);
}
