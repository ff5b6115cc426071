/**
 * `node bench/dicom.mjs FOLDER [COUNT]`: mutated copies of the DICOM files below a folder (pydicom's own test files, for instance)
 * through the decoder, as `predict` uses it. It prints how many were decoded and refused, the longest time and the most memory, and
 * ends with 1 where a message quotes the name or the number of a patient, or where a file took longer than the deadline allows.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readDataset } from "../dist/dicom/dataset.js";
import { decodePicture } from "../dist/image/decodePicture.js";

const [folder, given = "2000"] = process.argv.slice(2);
if (folder === undefined) throw new Error("give a folder of DICOM files");
const COUNT = Number(given);
/** The decoder's deadline, and what starting a worker anew may take. */
const MOST_SECONDS = 60 + 10;
const LARGEST_BYTES = 4_000_000;
/** Name, number, birth date, other names and comments. */
const ATTRIBUTES = ["x00100010", "x00100020", "x00100030", "x00101001", "x00104000"];

let state = 1;
/** A linear congruential generator: the same files each time. */
function below(limit) {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * limit);
}

/** Cuts a file off, takes a part out, or changes bytes: one, some of the header, many, or a run of them. */
function mutated(bytes) {
  const copy = Buffer.from(bytes);
  const kind = below(6);
  if (kind === 0) return copy.subarray(0, below(copy.length));
  const [from, length] = [below(copy.length), 1 + below(64)];
  if (kind === 1) return Buffer.concat([copy.subarray(0, from), copy.subarray(from + length)]);
  if (kind === 2) return copy.fill(below(256), from, Math.min(copy.length, from + length));
  const [changes, range] = {
    3: [1, copy.length],
    4: [8, Math.min(copy.length, 2000)],
    5: [200, copy.length],
  }[kind];
  for (let i = 0; i < changes; i++) copy[below(range)] = below(256);
  return copy;
}

function patientOf(bytes) {
  try {
    const { elements } = readDataset(bytes);
    const values = ATTRIBUTES.map((tag) => elements.string(tag)?.trim() ?? "");
    return values.flatMap((value) => value.split(/[\^\\]/)).filter((value) => value.length > 3);
  } catch {
    return [];
  }
}

const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith(".dcm"))
  .map((entry) => readFileSync(join(entry.parentPath, entry.name)))
  .filter((bytes) => bytes.length < LARGEST_BYTES);
const found = { decoded: 0, refused: 0, longestSeconds: 0, quotes: 0, mostMegabytes: 0 };
let next = 0;

async function work() {
  while (next < COUNT) {
    const original = files[next++ % files.length];
    const bytes = mutated(original);
    const begun = performance.now();
    try {
      await decodePicture(bytes, { role: "image" });
      found.decoded += 1;
    } catch (error) {
      found.refused += 1;
      const text = `${error.message} ${error.remedy ?? ""} ${error.cause ?? ""}`;
      const patient = [...patientOf(original), ...patientOf(bytes)];
      if (!/^ERR_DEEPLASIA_/.test(error.code) || patient.some((value) => text.includes(value)))
        found.quotes += 1;
    }
    found.longestSeconds = Math.max(found.longestSeconds, (performance.now() - begun) / 1000);
    found.mostMegabytes = Math.max(found.mostMegabytes, process.memoryUsage.rss() / 1e6);
    if (next % 200 === 0) console.error(`${next} of ${COUNT}`);
  }
}

await Promise.all([work(), work()]);
console.log(`${files.length} files:`, found);
if (found.quotes > 0 || found.longestSeconds > MOST_SECONDS || found.mostMegabytes > 1000)
  process.exitCode = 1;
