// Our side of `node bench/engines.mjs`, as engines.py: `engine.mjs PRECISION BATCH THREADS SIDE CHECKPOINT`.
import { createInterface } from "node:readline";
import { loadModel } from "../dist/index.js";

const [precision, batchText, threads, sideText, checkpoint] = process.argv.slice(2);
const [batch, side] = [Number(batchText), Number(sideText)];
const isForeign = checkpoint.endsWith("resnet50.pt");
const channels = isForeign ? 3 : 1;
// What a file that was not trained must be given; none of it takes part in a forward.
const given = {
  ...{ fit: "stretch", resize: "area", normalise: "zscore", maskNeeded: false, maskCropSize: -1 },
  ...{
    subtractBackground: false,
    sexEncoding: isForeign ? "none" : "male-1",
    ageUnit: "z",
    ageMeanMonths: 127,
    ageSdMonths: 41,
  },
};
const model = await loadModel(checkpoint, {
  device: "cpu",
  threads: Number(threads),
  precision,
  contract: { inputSize: [channels, side, side], ...(checkpoint.endsWith(".pt") ? given : {}) },
});
const size = batch * channels * side * side;
const x = Float32Array.from({ length: size }, (_, i) => -1 + (2 * i) / (size - 1));
const run = () =>
  model.forward(x, [batch, channels, side, side], isForeign ? undefined : Array(batch).fill(1));
console.log(JSON.stringify({ age: Array.from((await run()).ageZ) }));
for await (const _ of createInterface({ input: process.stdin })) {
  const start = performance.now();
  await run();
  console.log(JSON.stringify({ ms: performance.now() - start }));
}
