/**
 * `node bench/dicomTable.mjs PYTHON`: pydicom's own test files by transfer syntax. For each: how many files of one grey frame have
 * exactly the stored values that pydicom reads, and the same levels after its LUTs, of those that pydicom reads; and how many of the
 * others (colour, several frames, damaged) are decoded or refused. PYTHON has the packages of test/python/dicom.test.ts.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { readDataset } from "../dist/dicom/dataset.js";
import { decodeDicom, storedSamples } from "../dist/dicom/decodeDicom.js";
import { root } from "../scripts/steps.mjs";

const python = process.argv[2] ?? "python3";
const listed = execFileSync(python, [join(root, "test/python/dicomPixels.py")], {
  encoding: "utf8",
  maxBuffer: 1e8,
  stdio: ["ignore", "pipe", "ignore"],
});
const digest = (values) =>
  createHash("sha256")
    .update(Buffer.from(Int32Array.from(values).buffer))
    .digest("hex");

const table = new Map();
const unequal = [];
const none = { files: 0, tried: 0, stored: 0, triedLevels: 0, levels: 0, others: 0, decoded: 0, refused: 0 };

for (const line of listed.trim().split("\n")) {
  const { file, syntax, grey, stored, shown } = JSON.parse(line);
  const row = table.get(syntax) ?? { ...none };
  table.set(syntax, row);
  row.files += 1;
  const bytes = await readFile(file);
  const decoded = await decodeDicom(bytes).catch((error) => error);
  if (!grey) {
    row.others += 1;
    row[decoded instanceof Error ? "refused" : "decoded"] += 1;
    continue;
  }
  row.tried += 1;
  const samples = await storedSamples(readDataset(bytes)).catch((error) => error);
  if (!(samples instanceof Error) && digest(samples.samples) === stored) row.stored += 1;
  else unequal.push(basename(file));
  if (!shown) continue;
  row.triedLevels += 1;
  if (!(decoded instanceof Error) && digest(decoded.data) === shown) row.levels += 1;
}

const all = { ...none };
for (const row of table.values()) for (const key of Object.keys(all)) all[key] += row[key];
console.table(Object.fromEntries([...[...table].sort(), ["all", all]]));
console.log("stored values are not equal in:", unequal.join(", ") || "none");
