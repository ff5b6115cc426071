/**
 * `npm run model:mask -- WEIGHTS [SIDE]`: writes models/phantom-hand-mask.pt from trained weights of a mask network (the best
 * model of a run with `model.kind=mask` on `phantom --hard`, or a state dict as safetensors), with what it was trained on and
 * its measured Dice in its contract.
 */
import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadHandMaskModel } from "../dist/model/loadHandMaskModel.js";
import { native } from "../dist/native.js";
import { root, runAsScript } from "./steps.mjs";

const MODEL = join(root, "models", "phantom-hand-mask.pt");
const UNSEEN = { count: 100, seed: 1000002 };

function cli(...args) {
  const result = spawnSync(process.execPath, [join(root, "dist/bin.cjs"), ...args], { stdio: "inherit" });
  if (result.status !== 0) throw new Error(`deeplasia-native ${args[0]} ended with ${result.status}`);
}

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

async function bundledMask() {
  const [weights, side = "256"] = process.argv.slice(2);
  if (weights === undefined)
    throw new Error("give the trained weights: npm run model:mask -- best_model.pt 256");
  const folder = await mkdtemp(join(tmpdir(), "deeplasia-mask-"));
  try {
    const plain = join(folder, "hand-mask.pt");
    const contract = ["--kind=hand_mask", "--input_size", "1", side, side, "--fit=pad", "--resize=linear"];
    const output = ["--image_norm_method=interval", "--mask-threshold=0.5", "--mask-seed-threshold=0.99"];
    // A run's best model is a model already; anything else is weights.
    const isModel = weights.endsWith(".pt");
    const write = isModel ? ["manifest", "write", weights, `--out=${plain}`] : ["convert", weights, plain];
    cli(...write, ...contract, ...output);
    const model = await loadHandMaskModel(plain);
    const found = (await measurePhantoms(model, UNSEEN)).sort((a, b) => a - b);
    await model.dispose();
    const [mean, least] = [found.reduce((sum, each) => sum + each, 0) / found.length, found[0]];
    const measured = `Dice ${mean.toFixed(3)} on ${found.length} plates that it had not seen, the worst ${least.toFixed(3)}`;
    await mkdir(join(root, "models"), { recursive: true });
    await rm(MODEL, { force: true });
    cli(
      ...["manifest", "write", plain, `--out=${MODEL}`, "--name=phantom-hand-mask", "--licence=MIT"],
      "--provenance=trained by deeplasia-native on synthetic radiographs (hard phantom plates) alone; it has seen no " +
        `person's hand. Measured: ${measured}.`,
      "--intended-use=masks of hands for models that need them; research only, not a medical device",
    );
    console.log(`${MODEL}: ${measured}`);
  } finally {
    await rm(folder, { recursive: true });
  }
}

await runAsScript(import.meta.url, bundledMask);
