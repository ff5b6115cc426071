// node bench/engines.mjs [--python PYTHON --backbones efficientnet-b0,efficientnet-b4 --batches 1,4 --threads 1,2
// --side 512 --repetitions 15 --engines ours,onnxruntime,openvino,…]: forwards of a network here, in ONNX Runtime, OpenVINO
// and PyTorch (eager, compiled, eager as the reference runs it). EfficientNets are the reference's; inceptionv3 and the
// ConvNeXts are of ours, which PyTorch reads as TorchScript; resnet50 is of torchvision's layout. All engines are loaded, then run in
// turns, with pauses: idle workers of some spin, and slow down the next. Medians, ms a picture, and ratios to the faster of
// ONNX Runtime and OpenVINO. DEEPLASIA_KERNELS=avx2 restricts our kernels.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { pythonWithPeers } from "./python.mjs";

const { values: options } = parseArgs({
  options: {
    python: { type: "string" },
    backbones: { type: "string", default: "efficientnet-b0,efficientnet-b4" },
    batches: { type: "string", default: "1,4" },
    threads: { type: "string", default: `1,${availableParallelism()}` },
    side: { type: "string", default: "512" },
    repetitions: { type: "string", default: "15" },
    engines: { type: "string", default: "ours,onnxruntime,openvino,eager,reference" },
  },
});
const python = options.python ?? pythonWithPeers();
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "deeplasia-bench-"));
const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

/** Starts an engine; its forward() returns milliseconds. */
async function start(engine, backbone, batch, threads, checkpoint) {
  const [program, ...args] = engine.startsWith("ours")
    ? [process.execPath, here("engine.mjs"), engine.endsWith("bf16") ? "bf16" : "32"]
    : [python, here("engines.py"), engine, backbone];
  const child = spawn(program, [...args, batch, threads, options.side, checkpoint].map(String), {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${engine} ended`);
    return JSON.parse(value);
  };
  const { age } = await next();
  const forward = async () => {
    child.stdin.write("\n");
    return (await next()).ms;
  };
  return { engine, age, forward, stop: () => child.kill() };
}

/** The file of a network with random weights. */
function networkFile(backbone) {
  const [program, ...args] = backbone.startsWith("efficientnet")
    ? [python, here("checkpoint.py"), "make", join(folder, `${backbone}.ckpt`), backbone]
    : backbone === "resnet50"
      ? [python, here("checkpoint.py"), "resnet50", join(folder, `${backbone}.pt`), options.side]
      : [
          process.execPath,
          here("../dist/bin.cjs"),
          "init",
          "--model.backbone",
          backbone,
          "--out",
          join(folder, `${backbone}.pt`),
        ];
  execFileSync(program, args, { stdio: ["ignore", "ignore", "inherit"] });
  return args.find((text) => text.startsWith(folder));
}

async function measure(backbone, batch, threads, checkpoint) {
  const names = options.engines.split(",");
  const engines = [];
  try {
    for (const name of names) engines.push(await start(name, backbone, batch, threads, checkpoint));
    checkAges(engines);
    return await inTurns(engines, batch);
  } finally {
    for (const { stop } of engines) stop();
  }
}

/** The median of each engine's times. */
async function inTurns(engines, batch) {
  const names = engines.map(({ engine }) => engine);
  const times = Object.fromEntries(names.map((name) => [name, []]));
  for (let i = 0; i <= Number(options.repetitions); i++)
    for (const { engine, forward } of engines) {
      await pause(150);
      const ms = await forward();
      if (i > 0) times[engine].push(ms / batch);
    }
  return Object.fromEntries(names.map((name) => [name, median(times[name])]));
}

/** All must have run the same network on the same pictures. */
function checkAges(engines) {
  for (const { engine, age } of engines) {
    const tolerance = engine.endsWith("bf16") ? 0.05 : 1e-4;
    const worst = Math.max(...age.map((value, i) => Math.abs(value - engines[0].age[i])));
    if (!(worst <= tolerance * Math.max(1, ...age.map(Math.abs))))
      throw new Error(`${engine} gives ${age}, ${engines[0].engine} ${engines[0].age}`);
  }
}

try {
  console.log(`${cpus()[0]?.model}, ${availableParallelism()} threads; ${options.side} x ${options.side}`);
  for (const backbone of options.backbones.split(",")) {
    const checkpoint = networkFile(backbone);
    for (const threads of options.threads.split(","))
      for (const batch of options.batches.split(",").map(Number)) {
        const found = await measure(backbone, batch, threads, checkpoint);
        const best = Math.min(
          ...["onnxruntime", "openvino"].map((name) => found[name] ?? Number.POSITIVE_INFINITY),
        );
        const cells = Object.entries(found).map(([name, ms]) => `${name} ${ms.toFixed(1)}`);
        console.log(
          `${backbone} batch ${batch}, ${threads} thread(s): ${cells.join(", ")}; ours / best ${(found.ours / best).toFixed(2)}`,
        );
      }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
