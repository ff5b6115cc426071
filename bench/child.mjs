// One measurement in a process of its own: `child.mjs decode|predict CSV DATA OUT`. Prints one JSON line.
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";

process.env.UV_THREADPOOL_SIZE ??= String(Math.max(4, availableParallelism()));

const [task, csv, data, model, manifest, out] = process.argv.slice(2);
const imgDir = join(data, "images");
const maskDir = join(data, "masks");

/** Lateness of a 5 ms timer, ms, at the 99th percentile. */
function watchEventLoop() {
  const late = [];
  let due = performance.now() + 5;
  const timer = setInterval(() => {
    const now = performance.now();
    late.push(now - due);
    due = now + 5;
  }, 5);
  return () => {
    clearInterval(timer);
    late.sort((a, b) => a - b);
    return {
      p50: late[Math.floor(late.length * 0.5)],
      p99: late[Math.floor(late.length * 0.99)],
      max: late.at(-1),
    };
  };
}

const peakMegabytes = () =>
  Number(/VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]) / 1024;

/** Nothing but decoding pictures and masks, as many at once as keeps all cores busy. */
async function decode() {
  const { decodePicture } = await import("../dist/image/decodePicture.js");
  const rows = readFileSync(csv, "utf8")
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => line.split(","));
  const start = performance.now();
  let next = 0;
  const worker = async () => {
    while (next < rows.length) {
      const [imageId, dir] = rows[next++];
      await decodePicture(join(imgDir, dir, imageId), { role: "image" });
      await decodePicture(join(maskDir, dir, imageId), { role: "mask" });
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  return { rows: rows.length, seconds: (performance.now() - start) / 1000 };
}

/** The whole chain, files to CSV, model already loaded. */
async function predict() {
  const { loadModel, writePredictions } = await import("../dist/index.js");
  const bone = await loadModel(model, { manifest, threads: Number(process.env.BENCH_THREADS ?? 0) });
  const lag = watchEventLoop();
  const start = performance.now();
  const { rows, predicted } = await writePredictions(bone, {
    annotationCsv: csv,
    imgDir,
    maskDirs: [maskDir],
    outputPath: out,
    overwrite: true,
  });
  const seconds = (performance.now() - start) / 1000;
  const lateness = lag();
  await bone.dispose();
  return { rows, predicted, seconds, lateness };
}

const result = await { decode, predict }[task]();
console.log(JSON.stringify({ ...result, peakMegabytes: peakMegabytes() }));
