// Load a model or checkpoint and run one forward, in a process of its own: `forward.mjs FILE SIDE`. Prints one JSON line.
import { readFileSync } from "node:fs";
import { loadModel } from "../dist/index.js";

const [file, sideText] = process.argv.slice(2);
const side = Number(sideText);

const model = await loadModel(file, { device: "cpu", contract: { inputSize: [1, side, side] } });
// the same picture as in checkpoint.py
const x = Float32Array.from({ length: side * side }, (_, i) => -1 + (2 * i) / (side * side - 1));
const { ageZ } = await model.forward(x, [1, 1, side, side], [1]);
const peak = Number(/VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]) / 1024;
console.log(JSON.stringify({ age: ageZ[0], peakMegabytes: peak }));
