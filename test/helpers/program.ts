/** Runs small programs in child processes, for exits, crashes, workers and garbage collection. */
import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { vi } from "vitest";
import { fixture, projectRoot } from "./testData.js";

// a test runs up to twenty programs, and each loads libtorch
vi.setConfig({ testTimeout: 300_000 });

export interface ProgramResult {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** The start of every program: the native core of the built package and a picture for it. */
const PRELUDE = `
import { Worker, isMainThread, parentPort, workerData } from "node:worker_threads";
import { native } from "${pathToFileURL(join(projectRoot, "dist/native.js"))}";
const load = (name) => native().loadModel("${fixture("models")}/" + name + ".pt",
  { device: "cpu", threads: 0, precision: "32", optimize: true, trust: false, weightsDigest: "" });
/** Forward of one picture of this value and a boy. */
const forward = (model, value) =>
  native().forward(model, new Float32Array(1024).fill(value), [1, 1, 32, 32], Float32Array.of(1));
const picture = (side) => ({ data: new Uint8Array(Buffer.alloc(side * side, "the grey values of a picture")),
  width: side, height: side, channels: 1, depth: 8, luma: "png" });
const fill = (batch, slot, from, size) => native().fillSlot(batch, slot, from, null, { height: size, width: size,
  depth: "any", background: "none", maskCropSize: -1, equalizeBins: 256, flip: true, rotationAngle: 30,
  fit: "centre-square", resize: "linear", augmentation: null });
const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
/** The same program again, as a worker; resolves at its first message. */
const startWorker = (data) => new Promise((resolve, reject) => {
  const worker = new Worker(new URL(import.meta.url), { workerData: data });
  worker.once("message", (message) => resolve({ worker, message }));
  worker.once("error", reject);
});
`;

let programs = 0;

/** Runs an ES module with Node to its end. The file is written into `folder`. */
export async function runProgram(
  folder: string,
  source: string,
  flags: string[] = [],
): Promise<ProgramResult> {
  const file = join(folder, `program-${programs++}.mjs`);
  await writeFile(file, PRELUDE + source);
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...flags, file], { stdio: ["ignore", "pipe", "pipe"] });
    const text = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"] as const)
      child[stream].setEncoding("utf8").on("data", (chunk: string) => {
        text[stream] += chunk;
      });
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, ...text }));
  });
}
