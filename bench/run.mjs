// npm run bench [-- --rows 2000 --repetitions 5]: the whole chain against decoding alone, interleaved, medians; peak
// memory at many and at few rows; lateness of a timer. Ratios within one run are what counts; the machine is named.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: { rows: { type: "string", default: "2000" }, repetitions: { type: "string", default: "5" } },
});
const rows = Number(values.rows);
const repetitions = Number(values.repetitions);
const root = fileURLToPath(new URL("..", import.meta.url));
const shared = resolve(root, process.env.DEEPLASIA_TEST_DATA ?? "../shared");
const data = join(shared, "radiographs");
const folder = mkdtempSync(join(tmpdir(), "deeplasia-bench-"));

/** The labelled pictures, repeated to `count` rows. */
function cohort(count) {
  const [header, ...lines] = readFileSync(join(data, "annotations.csv"), "utf8").trim().split("\n");
  const file = join(folder, `${count}.csv`);
  writeFileSync(
    file,
    `${[header, ...Array.from({ length: count }, (_, i) => lines[i % lines.length])].join("\n")}\n`,
  );
  return file;
}

function measure(task, csv) {
  const model = join(shared, "models/rsna-film-cnn.pt");
  const manifest = join(root, "test/fixtures/manifests/rsna-film-cnn-area.json");
  const script = join(root, "bench/child.mjs");
  const args = [script, task, csv, data, model, manifest, join(folder, "out.csv")];
  return JSON.parse(
    execFileSync(process.execPath, args, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] }),
  );
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

try {
  const [many, few] = [cohort(rows), cohort(Math.round(rows / 10))];
  const runs = { decode: [], predict: [], small: [] };
  for (let i = 0; i < repetitions; i++) {
    runs.decode.push(measure("decode", many));
    runs.predict.push(measure("predict", many));
    runs.small.push(measure("predict", few));
  }
  const of = (list, pick) => median(list.map(pick));
  const decodeRate = of(runs.decode, (r) => r.rows / r.seconds);
  const predictRate = of(runs.predict, (r) => r.rows / r.seconds);
  const peak = {
    many: of(runs.predict, (r) => r.peakMegabytes),
    few: of(runs.small, (r) => r.peakMegabytes),
  };
  console.log(`machine: ${cpus()[0]?.model}, ${availableParallelism()} threads; Node ${process.version}`);
  console.log(`rows: ${rows}; ${repetitions} interleaved repetitions, medians`);
  console.log(`decoding alone: ${decodeRate.toFixed(1)} pictures (with mask) a second`);
  console.log(`whole chain:    ${predictRate.toFixed(1)} pictures a second`);
  console.log(
    `whole chain / decoding alone, time: ${of(runs.predict, (r) => r.seconds / r.rows).toFixed(4)} s / ` +
      `${of(runs.decode, (r) => r.seconds / r.rows).toFixed(4)} s = ${(decodeRate / predictRate).toFixed(2)}`,
  );
  console.log(
    `peak memory: ${peak.many.toFixed(0)} MB at ${rows} rows, ${peak.few.toFixed(0)} MB at ${Math.round(rows / 10)}: ratio ${(peak.many / peak.few).toFixed(3)}`,
  );
  console.log(
    `lateness of a 5 ms timer: median ${of(runs.predict, (r) => r.lateness.p50).toFixed(1)} ms, ` +
      `99th percentile ${of(runs.predict, (r) => r.lateness.p99).toFixed(1)} ms, worst ${of(runs.predict, (r) => r.lateness.max).toFixed(0)} ms`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
