/**
 * `node bench/service.mjs [REQUESTS] [MODEL]`: the service under load, in a process of its own, on the loopback.
 *
 * closed loop: CLIENTS clients, each of which asks as soon as it is answered: throughput, against `predictCohort` on the same pictures.
 * open loop: requests come at twice that rate, whether or not they are answered.
 * stop: SIGTERM in the middle of a load: each request that the service took is answered, and the exit code is 0.
 *
 * Every answer with 200 is compared with the prediction of that picture alone. Memory is that of the service's process.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { loadModel, predictCohort } from "../dist/index.js";
import { BUNDLED_MODEL } from "../dist/model/bundled.js";
import { root } from "../scripts/steps.mjs";

const REQUESTS = Number(process.argv[2] ?? 10_000);
const MODEL = process.argv[3] ?? BUNDLED_MODEL;
const CLIENTS = 32;
const FOLDER = join(root, "examples/phantoms/images");

const names = (await readdir(FOLDER)).sort();
const pictures = await Promise.all(names.map((name) => readFile(join(FOLDER, name))));
const BOUNDARY = "deeplasia-bench";
const bodies = pictures.map((bytes) =>
  Buffer.concat([
    Buffer.from(`--${BOUNDARY}\r\nContent-Disposition: form-data; name="sex"\r\n\r\nF\r\n`),
    Buffer.from(`--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="p.png"\r\n\r\n`),
    bytes,
    Buffer.from(`\r\n--${BOUNDARY}--\r\n`),
  ]),
);
const agent = new Agent({ keepAlive: true, maxSockets: 256 });

/** Status 0: the connection was refused or reset before an answer began. */
function ask(url, i) {
  const since = performance.now();
  const body = bodies[i % bodies.length];
  const headers = {
    "content-type": `multipart/form-data; boundary=${BOUNDARY}`,
    "content-length": body.length,
  };
  return new Promise((resolve) => {
    const outgoing = request(`${url}/predict`, { method: "POST", headers, agent });
    const end = (status, text = "", isCut = false) =>
      resolve({ i, status, text, isCut, ms: performance.now() - since });
    outgoing.on("error", () => end(0));
    outgoing.on("response", (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk) => {
        text += chunk;
      });
      response.on("end", () => end(response.statusCode, text)).on("error", () => end(0, "", true));
    });
    outgoing.end(body);
  });
}

async function start(...flags) {
  const command = ["dist/bin.cjs", "serve", "--port", "0", "--model", MODEL, "--log-level", "warn", ...flags];
  const child = spawn(process.execPath, command, { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
  const [line] = await once(child.stdout.setEncoding("utf8"), "data");
  return { child, url: line.trim(), ended: once(child, "exit") };
}

/** Seconds of CPU that a process has used. */
async function cpuOf({ pid }) {
  const fields = (await readFile(`/proc/${pid}/stat`, "utf8")).split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

const rssOf = async ({ pid }) =>
  Number(/VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${pid}/status`, "utf8"))[1]) / 1024;

async function metricsOf(url) {
  const text = await (await fetch(`${url}/metrics`)).text();
  const readingOf = (name) => Number(new RegExp(`^${name}(?:{[^}]*})? (.*)$`, "m").exec(text)?.[1] ?? 0);
  const size = readingOf("deeplasia_batch_size_sum") / readingOf("deeplasia_batch_size_count");
  const queue = readingOf("deeplasia_queue_seconds_sum") / readingOf("deeplasia_queue_seconds_count");
  return `batches of ${size.toFixed(1)}, in the queue ${(1000 * queue).toFixed(0)} ms`;
}

let expected;
function report(title, answers, seconds) {
  const counts = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  const done = answers.filter(({ status }) => status === 200);
  const wrong = done.filter(({ i, text }) => {
    const { bone_age: age } = JSON.parse(text);
    expected ??= [];
    expected[i % bodies.length] ??= age;
    return !(Math.abs(age - expected[i % bodies.length]) < 0.01);
  });
  const sorted = done.map(({ ms }) => ms).sort((a, b) => a - b);
  const at = (q) => sorted[Math.floor(q * (sorted.length - 1))]?.toFixed(0);
  const cut = answers.filter(({ isCut }) => isCut).length;
  console.log(
    `${title}: ${JSON.stringify(counts)}, wrong ${wrong.length}, cut off ${cut}; ${(done.length / seconds).toFixed(1)} a second; ` +
      `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`,
  );
  return done.length / seconds;
}

async function closedLoop(service) {
  const answers = [];
  let next = 0;
  const since = performance.now();
  const cpu = await cpuOf(service.child);
  const samples = [];
  await Promise.all(
    Array.from({ length: CLIENTS }, async () => {
      while (next < REQUESTS) {
        answers.push(await ask(service.url, next++));
        if (answers.length % Math.ceil(REQUESTS / 10) === 0) samples.push(await rssOf(service.child));
      }
    }),
  );
  const rate = report("closed loop", answers, (performance.now() - since) / 1000);
  const used = (1000 * ((await cpuOf(service.child)) - cpu)) / answers.length;
  console.log(`  ${used.toFixed(1)} ms of CPU for a picture`);
  console.log(
    `  ${await metricsOf(service.url)}; memory, MB: ${samples.map((mb) => mb.toFixed(0)).join(" ")}`,
  );
  return rate;
}

async function openLoop(service, rate) {
  const pending = [];
  const samples = [];
  const since = performance.now();
  for (let i = 0; i < REQUESTS; i++) {
    const due = since + (1000 * i) / rate;
    const wait = due - performance.now();
    if (wait > 1) await pause(wait);
    pending.push(ask(service.url, i));
    if (i % Math.ceil(REQUESTS / 10) === 0) samples.push(await rssOf(service.child));
  }
  const answers = await Promise.all(pending);
  report(`open loop, ${rate.toFixed(0)} a second`, answers, (performance.now() - since) / 1000);
  console.log(
    `  ${await metricsOf(service.url)}; memory, MB: ${samples.map((mb) => mb.toFixed(0)).join(" ")}`,
  );
}

async function stop(service) {
  const pending = Array.from({ length: 200 }, (_, i) => ask(service.url, i));
  await pending[0];
  const since = performance.now();
  service.child.kill("SIGTERM");
  const answers = await Promise.all(pending);
  const [code] = await service.ended;
  report("SIGTERM among 200", answers, (performance.now() - since) / 1000);
  console.log(`  exit code ${code}, after ${(performance.now() - since).toFixed(0)} ms`);
}

async function predictRate(count) {
  const folder = await mkdtemp(join(tmpdir(), "deeplasia-bench-"));
  const model = await loadModel(MODEL);
  try {
    const files = Array.from({ length: Math.ceil(count / names.length) }, () => names).flat();
    const { writeFile } = await import("node:fs/promises");
    const rows = files.map((name, i) => `${name},,${i},F`);
    await writeFile(join(folder, "cohort.csv"), ["image_ID,dir,patient_ID,sex", ...rows].join("\n"));
    const options = { annotationCsv: join(folder, "cohort.csv"), imgDir: FOLDER };
    for await (const _ of predictCohort(model, { ...options, limitPredictBatches: 2 }));
    const since = performance.now();
    const cpu = await cpuOf(process);
    let done = 0;
    for await (const _ of predictCohort(model, options)) done++;
    console.log(
      `predict: ${((1000 * ((await cpuOf(process)) - cpu)) / done).toFixed(1)} ms of CPU for a picture`,
    );
    return (1000 * done) / (performance.now() - since);
  } finally {
    await model.dispose();
    await rm(folder, { recursive: true, force: true });
  }
}

const rates = [];
rates.push(await predictRate(Math.min(REQUESTS, 200)));
const service = await start("--queue-size", "64");
// The predictions of each picture alone, to compare all others with.
for (const i of bodies.keys()) report(`alone ${i}`, [await ask(service.url, i)], 1);
const rate = await closedLoop(service);
rates.push(await predictRate(Math.min(REQUESTS, 200)));
const [before, after] = rates;
console.log(
  `predict: ${before.toFixed(1)} a second before, ${after.toFixed(1)} after; share ${(rate / ((before + after) / 2)).toFixed(2)}`,
);
await openLoop(service, 2 * rate);
await stop(service);
agent.destroy();
