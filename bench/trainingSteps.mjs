// Training steps in a process of its own: `trainingSteps.mjs MODEL SIDE BATCH WARM_UP STEPS THREADS`. Prints one JSON line.
import { readFileSync } from "node:fs";
import { createTrainer } from "../dist/index.js";

const [file, ...numbers] = process.argv.slice(2);
const [side, batch, warmUp, steps, threads] = numbers.map(Number);

const megabytes = (what) =>
  Number(new RegExp(`${what}:\\s+(\\d+)`).exec(readFileSync("/proc/self/status", "utf8"))[1]) / 1024;

// the same pictures and targets as in training.py
const spread = (length) => Float32Array.from({ length }, (_, i) => -1 + (2 * i) / (length - 1));
const x = spread(batch * side * side);
const male = Array.from({ length: batch }, (_, i) => i % 2);
const example = [x, [batch, 1, side, side], male, spread(batch)];

const trainer = await createTrainer(file, { device: "cpu", threads, lr: 1e-3, weightDecay: 5e-6 });
const { loss: firstLoss } = await trainer.evaluate(...example);
const seconds = [];
const resident = [];
for (let i = 0; i < warmUp + steps; i++) {
  const start = performance.now();
  await trainer.step(...example);
  seconds.push((performance.now() - start) / 1000);
  resident.push(megabytes("VmRSS"));
}
await trainer.dispose();
console.log(
  JSON.stringify({
    firstLoss,
    seconds: seconds.slice(warmUp),
    resident: resident.slice(warmUp),
    peakMegabytes: megabytes("VmHWM"),
  }),
);
