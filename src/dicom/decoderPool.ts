/** Worker threads that decode DICOM files, each file with a deadline: a damaged one may keep a codec busy for ever. */
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { unreadable } from "../image/refusal.js";
import { packageRoot } from "../libtorch/addon.js";
import type { Answers, DicomAnswer, DicomRequest } from "./decodeWorker.js";
import type { GreyPicture, Pixels } from "./objects/annotatedCopy.js";
import type { Finding, ObjectFiles } from "./objects/finding.js";

/** A radiograph of 30 million pixels in JPEG 2000 takes about 6 s of one core. */
const DEADLINE_MS = 60_000;
const MOST_WORKERS = Math.max(1, Math.min(availableParallelism(), 8));
const HEAP_MB = 512;

const idle: Worker[] = [];
const waiting: ((worker: Worker) => void)[] = [];
let running = 0;

/**
 * Reads the bytes of a DICOM file in a worker: its picture, or what its header states of the patient.
 *
 * @param maxPixels Most pixels of a picture; a larger one is refused before it is decoded.
 * @throws DeeplasiaError ERR_DEEPLASIA_IMAGE_UNREADABLE, also where the deadline passes or the worker ends.
 */
export function readInWorker<W extends "picture" | "patient">(
  want: W,
  bytes: Uint8Array,
  maxPixels?: number,
): Promise<Answers[W]> {
  return answerOf({ want, bytes, maxPixels });
}

/** Returns a small copy of a decoded picture, for `makeObjectsInWorker`. */
export function copyInWorker({ data, width, height, channels, depth }: Pixels): Promise<GreyPicture> {
  return answerOf({ want: "copy", picture: { data, width, height, channels, depth } });
}

/** Makes the objects about a DICOM file; it is decoded only without a copy of its picture. Throws as `readInWorker`. */
export function makeObjectsInWorker(
  bytes: Uint8Array,
  finding: Finding,
  picture?: GreyPicture,
): Promise<ObjectFiles> {
  return answerOf({ want: "objects", bytes, finding, picture });
}

async function answerOf<T>(request: DicomRequest): Promise<T> {
  const worker = await acquire();
  worker.ref();
  let answer: DicomAnswer<T>;
  try {
    answer = await ask(worker, request);
  } catch (error) {
    running--;
    void worker.terminate();
    next();
    throw error;
  }
  release(worker);
  if ("value" in answer) return answer.value;
  throw unreadable(answer.problem, answer.remedy);
}

function acquire(): Worker | Promise<Worker> {
  const worker = idle.pop();
  if (worker !== undefined) return worker;
  if (running < MOST_WORKERS) return start();
  return new Promise((resolve) => waiting.push(resolve));
}

function start(): Worker {
  running++;
  const worker = new Worker(join(packageRoot, "dist/dicom/decodeWorker.js"), {
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
    // What a codec prints may quote the file.
    ...{ stdout: true, stderr: true, execArgv: [] },
  });
  // An error that comes when nobody waits for an answer must not end the process.
  return worker.on("error", () => {});
}

/** A worker without work must not keep the process alive. */
function release(worker: Worker): void {
  const waiter = waiting.shift();
  if (waiter !== undefined) {
    waiter(worker);
    return;
  }
  worker.unref();
  idle.push(worker);
}

function next(): void {
  const waiter = waiting.shift();
  if (waiter !== undefined) waiter(start());
}

function ask<T>(worker: Worker, request: DicomRequest): Promise<DicomAnswer<T>> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () =>
        settle(() =>
          reject(unreadable(`decoding its pixels takes more than ${DEADLINE_MS / 1000} s: it is damaged`)),
        ),
      DEADLINE_MS,
    );
    const onMessage = (answer: DicomAnswer<T>) => settle(() => resolve(answer));
    const onEnd = () => settle(() => reject(unreadable("it is damaged, and ended its decoder")));
    const settle = (act: () => void) => {
      clearTimeout(timer);
      worker.off("message", onMessage).off("error", onEnd).off("exit", onEnd);
      act();
    };
    worker.once("message", onMessage).once("error", onEnd).once("exit", onEnd);
    worker.postMessage(request);
  });
}
