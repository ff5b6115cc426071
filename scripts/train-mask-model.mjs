/**
 * `npm run model:mask:train [-- FOLDER] [--fresh]`: draws hard phantom plates, and trains the bundled hand-mask model further on
 * them (`--fresh`: a new one). It ends with the file of the best model, whose Dice on plates that it has not seen is in the run's
 * log, and with the command that makes it the bundled one. After an interruption the same command resumes.
 */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { BUNDLED_MASK_MODEL } from "../dist/model/bundled.js";
import { root, runAsScript } from "./steps.mjs";
import { trainStage } from "./train-stage.mjs";

const PLATES = { hard: true, sizes: "192,256", depth: "8" };
const STAGES = [
  {
    name: "mask-first",
    cohort: { ...PLATES, n: "4800", seed: "11" },
    splitColumn: "phantom",
    configs: ["hand-mask"],
    // Small pictures, because it learns where hands are; the learning rate stays high, and the next stage lowers it.
    flags: [
      ...["--data.input_size", "1", "128", "128", "--trainer.limit_train_batches=200"],
      ...["--trainer.max_epochs=7", "--optimizer.lr=2e-3", "--lr_scheduler.T_max=60"],
    ],
  },
  {
    name: "mask-last",
    cohort: { ...PLATES, n: "6400", seed: "12" },
    splitColumn: "phantom",
    configs: ["hand-mask"],
    flags: ["--optimizer.lr=8e-4", "--lr_scheduler.warmup_epochs=0"],
  },
];

async function trainMaskModel() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { fresh: { type: "boolean" } },
  });
  const folder = resolve(root, positionals[0] ?? "output/bundled");
  let model = values.fresh ? null : BUNDLED_MASK_MODEL;
  for (const stage of STAGES) model = await trainStage(folder, stage, model);
  console.log(`to bundle it: npm run model:mask -- ${model}`);
}

await runAsScript(import.meta.url, trainMaskModel);
