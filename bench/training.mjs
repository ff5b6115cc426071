// node bench/training.mjs [--python PYTHON --repetitions 5 --steps 6 --warmup 2 --threads N --networks b0,b4]: a training
// step (forward, loss, backward, Adam) here and in PyTorch (eager as the reference runs it, and tuned: channels-last, fused
// Adam, malloc that keeps its memory), the reference's network and the same weights, EfficientNet-b0 at 256 x 256 with 8
// pictures and b4 at 380 x 380 with 4. Fresh processes, interleaved, medians of the repetitions' medians; peak memory
// (VmHWM). Ratios within one run are what counts.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { pythonWithPeers } from "./python.mjs";

const { values: options } = parseArgs({
  options: {
    python: { type: "string" },
    networks: { type: "string", default: "b0,b4" },
    repetitions: { type: "string", default: "5" },
    steps: { type: "string", default: "6" },
    warmup: { type: "string", default: "2" },
    threads: { type: "string", default: String(availableParallelism()) },
  },
});
const python = options.python ?? pythonWithPeers();
/** glibc's malloc, told to keep what was freed. */
const KEEPING = {
  MALLOC_MMAP_MAX_: "0",
  MALLOC_TRIM_THRESHOLD_: String(2 ** 34),
  MALLOC_TOP_PAD_: String(2 ** 26),
};
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "deeplasia-bench-"));

const NETWORKS = [
  { backbone: "efficientnet-b0", side: 256, batch: 8 },
  { backbone: "efficientnet-b4", side: 380, batch: 4 },
];

const run = (program, args, env = {}) =>
  execFileSync(program, args.map(String), {
    encoding: "utf8",
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

function measure({ backbone, side, batch }, file) {
  const numbers = [side, batch, options.warmup, options.steps, options.threads];
  const program = [here("training.py"), file, backbone, ...numbers];
  const contestants = {
    ours: () => run(process.execPath, [here("trainingSteps.mjs"), file, ...numbers]),
    eager: () => run(python, [...program, "eager"]),
    tuned: () => run(python, [...program, "tuned"], KEEPING),
  };
  const runs = { ours: [], eager: [], tuned: [] };
  for (let i = 0; i < Number(options.repetitions); i++)
    for (const [name, contestant] of Object.entries(contestants)) runs[name].push(JSON.parse(contestant()));
  checkLosses(Object.values(runs).flatMap((all) => all.map(({ firstLoss }) => firstLoss)));
  return runs;
}

/** All must have trained the same network on the same pictures. */
function checkLosses(losses) {
  const spread = Math.max(...losses) - Math.min(...losses);
  if (!(spread <= 1e-4 * Math.max(...losses))) throw new Error(`losses differ: ${losses.join(", ")}`);
}

function print({ backbone, side, batch }, { ours, ...peers }) {
  const seconds = (runs) => median(runs.map((each) => median(each.seconds)));
  const peak = (runs) => median(runs.map(({ peakMegabytes }) => peakMegabytes));
  const line = (name, runs) =>
    `  ${name.padEnd(22)} ${(1000 * seconds(runs)).toFixed(0)} ms a step, ` +
    `${((1000 * seconds(runs)) / batch).toFixed(1)} ms a picture, peak ${peak(runs).toFixed(0)} MB`;
  console.log(`${backbone}, ${side} x ${side}, ${batch} pictures a step`);
  console.log(line("deeplasia-native", ours));
  for (const [name, runs] of Object.entries(peers)) {
    const ratios = ours.map((each, i) => median(runs[i].seconds) / median(each.seconds));
    console.log(line(`torch ${runs[0].torch}, ${name}`, runs));
    console.log(
      `    ours ${median(ratios).toFixed(2)} times as fast (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}), ` +
        `memory x ${(peak(ours) / peak(runs)).toFixed(2)}`,
    );
  }
}

try {
  console.log(`machine: ${cpus()[0]?.model}, ${options.threads} threads; Node ${process.version}`);
  console.log(
    `${options.repetitions} interleaved repetitions of ${options.steps} steps after ${options.warmup}, medians`,
  );
  for (const network of NETWORKS.filter(({ backbone }) => options.networks.includes(backbone.slice(-2)))) {
    const file = join(folder, `${network.backbone}.pt`);
    run(process.execPath, [
      here("../dist/bin.cjs"),
      "init",
      "--model.backbone",
      network.backbone,
      "--out",
      file,
    ]);
    print(network, measure(network, file));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
