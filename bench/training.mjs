// node bench/training.mjs --python PYTHON [--repetitions 5 --steps 6 --warmup 2 --threads N]: a training step (forward,
// loss, backward, Adam) here and in eager Python (which needs torch and efficientnet_pytorch), the reference's network and
// the same weights, EfficientNet-b0 at 256 x 256 with 8 pictures and b4 at 380 x 380 with 4. Fresh processes, interleaved,
// medians of the repetitions' medians; peak memory (VmHWM). Ratios within one run are what counts.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values: options } = parseArgs({
  options: {
    python: { type: "string", default: "python3" },
    repetitions: { type: "string", default: "5" },
    steps: { type: "string", default: "6" },
    warmup: { type: "string", default: "2" },
    threads: { type: "string", default: String(availableParallelism()) },
  },
});
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "deeplasia-bench-"));

const NETWORKS = [
  { backbone: "efficientnet-b0", side: 256, batch: 8 },
  { backbone: "efficientnet-b4", side: 380, batch: 4 },
];

const run = (program, ...args) =>
  execFileSync(program, args.map(String), { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

function measure({ backbone, side, batch }, file) {
  const numbers = [side, batch, options.warmup, options.steps, options.threads];
  const contestants = {
    ours: [process.execPath, here("trainingSteps.mjs"), file, ...numbers],
    python: [options.python, here("training.py"), file, backbone, ...numbers],
  };
  const runs = { ours: [], python: [] };
  for (let i = 0; i < Number(options.repetitions); i++)
    for (const [name, command] of Object.entries(contestants)) runs[name].push(JSON.parse(run(...command)));
  checkLosses([...runs.ours, ...runs.python].map(({ firstLoss }) => firstLoss));
  return runs;
}

/** All must have trained the same network on the same pictures. */
function checkLosses(losses) {
  const spread = Math.max(...losses) - Math.min(...losses);
  if (!(spread <= 1e-4 * Math.max(...losses))) throw new Error(`losses differ: ${losses.join(", ")}`);
}

function print({ backbone, side, batch }, { ours, python }) {
  const seconds = (runs) => median(runs.map((each) => median(each.seconds)));
  const peak = (runs) => median(runs.map(({ peakMegabytes }) => peakMegabytes));
  const ratios = ours.map((each, i) => median(python[i].seconds) / median(each.seconds));
  const line = (name, runs) =>
    `  ${name.padEnd(20)} ${(1000 * seconds(runs)).toFixed(0)} ms a step, ` +
    `${(1 / seconds(runs)).toFixed(2)} steps a second, peak ${peak(runs).toFixed(0)} MB`;
  console.log(`${backbone}, ${side} x ${side}, ${batch} pictures a step`);
  console.log(line("deeplasia-native", ours));
  console.log(line(`torch ${python[0].torch}, eager`, python));
  console.log(
    `  ${median(ratios).toFixed(2)} times as fast (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}), ` +
      `memory x ${(peak(ours) / peak(python)).toFixed(2)}`,
  );
}

try {
  console.log(`machine: ${cpus()[0]?.model}, ${options.threads} threads; Node ${process.version}`);
  console.log(
    `${options.repetitions} interleaved repetitions of ${options.steps} steps after ${options.warmup}, medians`,
  );
  for (const network of NETWORKS) {
    const file = join(folder, `${network.backbone}.pt`);
    run(
      process.execPath,
      here("../dist/bin.cjs"),
      "init",
      "--model.backbone",
      network.backbone,
      "--out",
      file,
    );
    print(network, measure(network, file));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
