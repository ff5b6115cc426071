/**
 * `npm run model:mask:train [-- FOLDER]`: draws hard phantom plates, and trains a hand-mask network on them in two stages, small
 * pictures first. It ends with the file of the best model, whose Dice on plates that it has not seen is in the run's log, and
 * with the command that makes it the bundled one. After an interruption the same command resumes.
 */
import { resolve } from "node:path";
import { root, runAsScript } from "./steps.mjs";
import { trainStage } from "./train-stage.mjs";

/** Side of the network's input in configs/hand-mask.yml. */
const SIDE = 256;
const PLATES = { hard: true };
const STAGES = [
  {
    name: "mask-small",
    cohort: { ...PLATES, n: "6000", seed: "11", sizes: "160,256" },
    splitColumn: "phantom",
    configs: ["hand-mask"],
    flags: ["--data.input_size", "1", "128", "128", "--data.train_batch_size=16"],
  },
  {
    name: "mask-large",
    cohort: { ...PLATES, n: "6000", seed: "12", sizes: "300,500" },
    splitColumn: "phantom",
    configs: ["hand-mask"],
    flags: ["--trainer.max_epochs=6", "--optimizer.lr=1e-3", "--lr_scheduler.warmup_epochs=0"],
  },
];

async function trainMaskModel() {
  const folder = resolve(root, process.argv[2] ?? "output/bundled");
  let model = null;
  for (const stage of STAGES) model = await trainStage(folder, stage, model);
  console.log(`to bundle it: npm run model:mask -- ${model} ${SIDE}`);
}

await runAsScript(import.meta.url, trainMaskModel);
