// node bench/checkpoint.mjs --python PYTHON [--backbone efficientnet-b4 --side 512 --repetitions 5]: from a Lightning
// checkpoint to one bone age in a fresh process, here and in Python (which needs torch and efficientnet_pytorch):
// interleaved, medians, wall time from start to exit and peak memory (VmHWM). Ratios within one run are what counts.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values: options } = parseArgs({
  options: {
    python: { type: "string", default: "python3" },
    backbone: { type: "string", default: "efficientnet-b4" },
    side: { type: "string", default: "512" },
    repetitions: { type: "string", default: "5" },
  },
});
const { python, backbone, side } = options;
const repetitions = Number(options.repetitions);
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "deeplasia-bench-"));
const [checkpoint, archive] = [join(folder, "network.ckpt"), join(folder, "network.pt")];

const runPython = (...args) => run(python, here("checkpoint.py"), ...args);
const runOurs = (file) => run(process.execPath, here("forward.mjs"), file, side);

function run(program, ...args) {
  return execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
}

/** What is compared, in the order of every repetition. */
const CONTESTANTS = {
  "deeplasia-native, checkpoint": () => runOurs(checkpoint),
  "Python, checkpoint, eager": () => runPython("eager", checkpoint, side),
  "deeplasia-native, TorchScript": () => runOurs(archive),
  "Python, torch.jit.load": () => runPython("jit", archive, side),
  "Python, import torch alone": () => runPython("nothing", "-", "-"),
};

function measure(start) {
  const before = performance.now();
  const output = JSON.parse(start());
  return { ...output, seconds: (performance.now() - before) / 1000 };
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

/** All must have run the same network on the same picture. */
function checkAges(runs) {
  const ages = Object.values(runs).flatMap((list) =>
    list.map(({ age }) => age).filter((age) => age !== null),
  );
  const spread = Math.max(...ages) - Math.min(...ages);
  if (!(spread <= 1e-4 * Math.max(1, ...ages.map(Math.abs))))
    throw new Error(`ages differ: ${ages.join(", ")}`);
}

function print(runs) {
  const torch = runs["Python, import torch alone"][0].torch;
  console.log(`machine: ${cpus()[0]?.model}, ${availableParallelism()} threads`);
  console.log(`Node ${process.version}; Python with torch ${torch}`);
  const size = (file) => `${(statSync(file).size / 1e6).toFixed(0)} MB`;
  console.log(
    `${backbone} at ${side} x ${side}; checkpoint ${size(checkpoint)}, TorchScript ${size(archive)}; ` +
      `${repetitions} interleaved repetitions after one that is not counted, medians`,
  );
  const reference = runs["Python, checkpoint, eager"];
  const of = (list, key) => median(list.map((each) => each[key]));
  for (const [name, list] of Object.entries(runs)) {
    const [seconds, peak] = [of(list, "seconds"), of(list, "peakMegabytes")];
    const ratios = [seconds / of(reference, "seconds"), peak / of(reference, "peakMegabytes")];
    const [time, memory] = ratios.map((ratio) => ratio.toFixed(2));
    console.log(
      `${name.padEnd(30)} ${seconds.toFixed(2)} s (x ${time} of Python, eager), ${peak.toFixed(0)} MB (x ${memory})`,
    );
  }
}

try {
  runPython("make", checkpoint, backbone);
  run(process.execPath, here("../dist/bin.cjs"), "convert", checkpoint, archive);
  for (const start of Object.values(CONTESTANTS)) start(); // files into the page cache
  const runs = Object.fromEntries(Object.keys(CONTESTANTS).map((name) => [name, []]));
  for (let i = 0; i < repetitions; i++)
    for (const [name, start] of Object.entries(CONTESTANTS)) runs[name].push(measure(start));
  checkAges(runs);
  print(runs);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
