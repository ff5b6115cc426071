// Our side of `node bench/engines.mjs`, as engines.py: `engine.mjs PRECISION BATCH THREADS SIDE CHECKPOINT`.
import { createInterface } from "node:readline";
import { loadModel } from "../dist/index.js";

const [precision, batchText, threads, sideText, checkpoint] = process.argv.slice(2);
const [batch, side] = [Number(batchText), Number(sideText)];
const model = await loadModel(checkpoint, {
  device: "cpu",
  threads: Number(threads),
  precision,
  contract: { inputSize: [1, side, side] },
});
const size = batch * side * side;
const x = Float32Array.from({ length: size }, (_, i) => -1 + (2 * i) / (size - 1));
const run = () => model.forward(x, [batch, 1, side, side], Array(batch).fill(1));
console.log(JSON.stringify({ age: Array.from((await run()).ageZ) }));
for await (const _ of createInterface({ input: process.stdin })) {
  const start = performance.now();
  await run();
  console.log(JSON.stringify({ ms: performance.now() - start }));
}
