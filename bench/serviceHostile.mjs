/**
 * `node bench/serviceHostile.mjs [UPLOADS] [SEED]`: uploads that mean harm, against a service of its own. Each must be answered with
 * 2xx or 4xx and a message, none may hang, and the service must serve as before and leave no file.
 */
import { readdir, readFile } from "node:fs/promises";
import { request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import sharp from "sharp";
import { serve } from "../dist/index.js";
import { BUNDLED_MODEL } from "../dist/model/bundled.js";
import { root } from "../scripts/steps.mjs";

const UPLOADS = Number(process.argv[2] ?? 1000);
let seed = Number(process.argv[3] ?? 1);
const LONGEST_MS = 120_000;

/** Mulberry32. */
function random() {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
const below = (n) => Math.floor(random() * n);

const FORM = "deeplasia-hostile";
const part = (disposition, bytes) =>
  Buffer.concat([
    Buffer.from(`--${FORM}\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n`),
    bytes,
    Buffer.from("\r\n"),
  ]);
const formOf = (...parts) => Buffer.concat([...parts, Buffer.from(`--${FORM}--\r\n`)]);
const file = (bytes, name = "hand.png") => part(`name="file"; filename="${name}"`, bytes);
const field = (name, text) => part(`name="${name}"`, Buffer.from(text));

function send(url, body, headers = {}) {
  return new Promise((resolve) => {
    const all = {
      "content-type": `multipart/form-data; boundary=${FORM}`,
      "content-length": body.length,
      ...headers,
    };
    const outgoing = request(url, { method: "POST", headers: all, agent: false });
    const timer = setTimeout(() => outgoing.destroy(new Error("hangs")), LONGEST_MS);
    const end = (status, text) => {
      clearTimeout(timer);
      resolve({ status, text });
    };
    outgoing.on("error", (error) => end(0, error.message));
    outgoing.on("response", async (response) => {
      let text = "";
      try {
        for await (const chunk of response) text += chunk;
      } catch {}
      end(response.statusCode, text);
    });
    outgoing.end(body);
  });
}

const counts = {};
const bad = [];
function count(kind, { status, text }) {
  counts[kind] ??= {};
  counts[kind][status] = (counts[kind][status] ?? 0) + 1;
  const isAnswer = status === 200 || (status >= 400 && status < 500 && /"message":"./.test(text));
  if (!isAnswer) bad.push(`${kind}: ${status} ${text.slice(0, 200)}`);
}

function mutated(bytes) {
  const copy = Buffer.from(bytes);
  const kind = below(5);
  if (kind === 0) return copy.subarray(0, below(copy.length));
  if (kind === 1)
    return Buffer.concat([copy.subarray(0, below(copy.length)), copy.subarray(below(copy.length))]);
  const changes = kind === 2 ? 1 : kind === 3 ? 20 : 400;
  const range = kind === 4 ? copy.length : Math.min(copy.length, 2000);
  for (let i = 0; i < changes; i++) copy[below(range)] = below(256);
  return copy;
}

function pngOf(width, height, raw) {
  const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const out = Buffer.alloc(body.length + 8);
    out.writeUInt32BE(data.length, 0);
    body.copy(out, 4);
    out.writeUInt32BE(crc(body), body.length + 4);
    return out;
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head[8] = 8;
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    ...[chunk("IHDR", head), chunk("IDAT", deflateSync(raw, { level: 9 })), chunk("IEND", Buffer.alloc(0))],
  ]);
}

function crc(bytes) {
  let value = ~0;
  for (const byte of bytes) {
    value ^= byte;
    for (let k = 0; k < 8; k++) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0);
  }
  return ~value >>> 0;
}

async function seeds() {
  const folder = join(root, "examples/phantoms/images");
  const small = await sharp(await readFile(join(folder, (await readdir(folder))[0])))
    .resize(300)
    .png()
    .toBuffer();
  const as = (format, options) => sharp(small)[format](options).toBuffer();
  const dicom = process.env.DEEPLASIA_HOSTILE_DICOM;
  return [
    small,
    await as("jpeg"),
    await as("tiff", { compression: "lzw" }),
    await as("tiff", { compression: "none" }),
    await as("webp"),
    ...(dicom === undefined ? [] : [await readFile(dicom)]),
  ];
}

const raw = (port, text) =>
  new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    let answer = "";
    const timer = setTimeout(() => socket.destroy(), LONGEST_MS);
    socket.on("data", (chunk) => {
      answer += chunk;
    });
    socket
      .on("error", () => {})
      .on("close", () => {
        clearTimeout(timer);
        resolve({ status: Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? 0), text: answer });
      });
    socket.write(text);
  });

/** Sends until it is answered: a body of 2 GB that says so, or does not. */
const endless = (url, headers) =>
  new Promise((resolve) => {
    const outgoing = request(url, { method: "POST", headers, agent: false });
    let sent = 0;
    let isOver = false;
    const end = (status, text) => {
      isOver = true;
      resolve({ status, text, sent });
      outgoing.destroy();
    };
    outgoing.on("error", (error) => isOver || end(0, error.message));
    outgoing.on("response", async (response) => {
      let text = "";
      for await (const chunk of response) text += chunk;
      end(response.statusCode, text);
    });
    outgoing.write(`--${FORM}\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n`);
    const block = Buffer.alloc(1 << 20);
    const pump = () => {
      while (!isOver && sent < 2 ** 31) {
        sent += block.length;
        if (!outgoing.write(block)) return outgoing.once("drain", pump);
      }
    };
    pump();
  });

const filesOf = async () => new Set([...(await readdir(tmpdir())), ...(await readdir(root))]);
const before = await filesOf();
const service = await serve({
  port: 0,
  model: [BUNDLED_MODEL],
  logLevel: "silent",
  requestTimeoutMs: 30_000,
  queueTimeoutMs: 100_000,
});
const url = `${service.url}/predict`;
const port = Number(new URL(url).port);
const good = await seeds();

const since = performance.now();
let slowest = 0;
for (let i = 0; i < UPLOADS; i += 8)
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      const begun = performance.now();
      const isForm = random() < 0.2;
      const body = formOf(
        field("sex", "F"),
        file(isForm ? good[below(good.length)] : mutated(good[below(good.length)])),
      );
      count(isForm ? "mutated form" : "mutated picture", await send(url, isForm ? mutated(body) : body));
      slowest = Math.max(slowest, performance.now() - begun);
    }),
  );
console.log(
  `${UPLOADS} uploads in ${((performance.now() - since) / 1000).toFixed(0)} s, the slowest ${slowest.toFixed(0)} ms`,
);

count("bomb", await send(url, formOf(field("sex", "F"), file(pngOf(65_535, 65_535, Buffer.alloc(1000))))));
count(
  "bomb",
  await send(url, formOf(field("sex", "F"), file(pngOf(16_000, 16_000, Buffer.alloc(16_001 * 16_000))))),
);
count("bomb", await send(url, formOf(field("sex", "F"), file(pngOf(7000, 7000, Buffer.alloc(7001 * 7000))))));
const twoGigabytes = await endless(url, {
  "content-type": `multipart/form-data; boundary=${FORM}`,
  "content-length": String(2 ** 31),
});
count("2 GB, stated", twoGigabytes);
const chunked = await endless(url, { "content-type": `multipart/form-data; boundary=${FORM}` });
count("2 GB, not stated", chunked);
console.log(
  `2 GB uploads: ended after ${(twoGigabytes.sent / 1e6).toFixed(0)} and ${(chunked.sent / 1e6).toFixed(0)} MB`,
);
const slow = Array.from({ length: 100 }, (_, i) =>
  raw(
    port,
    i % 2 === 0
      ? "POST /predict HTTP/1.1\r\nHost: localhost\r\nX-A: b\r\n"
      : `POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=${FORM}\r\nContent-Length: 99999\r\n\r\n--${FORM}`,
  ),
);
for (const one of slow) count("slow-loris", await one);
const FIELDS = [
  ["sex", "x".repeat(5000)],
  ["__proto__", "1"],
  ["constructor", "1"],
  ["use_mask", "[]"],
  ["rotate", "1e99"],
  ["model", "../../etc/passwd"],
  ["age_months", "NaN"],
  ["", ""],
  ["file", "text"],
];
for (const [name, text] of FIELDS)
  count("wrong field", await send(url, formOf(file(good[0]), field(name, text))));
count(
  "many fields",
  await send(url, formOf(...Array.from({ length: 5000 }, (_, i) => field(`f${i}`, "x")), file(good[0]))),
);
for (const name of [
  "../../../tmp/evil.png",
  "/etc/passwd",
  "a\0b.png",
  "..\\..\\evil",
  "é".repeat(3000),
  "CON",
  "$(touch /tmp/evil)",
])
  count("file name", await send(url, formOf(field("sex", "F"), file(good[0], name))));
for (const path of [
  "/../../etc/passwd",
  "/%2e%2e/%2e%2e/etc/passwd",
  "/v2/models/%2e%2e",
  "/%",
  "/%00",
  `/${"a".repeat(9000)}`,
])
  count("path", await raw(port, `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`));
count(
  "header flood",
  await raw(
    port,
    `GET / HTTP/1.1\r\nHost: localhost\r\n${"X-Flood: aaaaaaaaaaaaaaaaaaaa\r\n".repeat(5000)}\r\n`,
  ),
);
count("no boundary", await send(url, formOf(file(good[0])), { "content-type": "multipart/form-data" }));
count(
  "gzip",
  await send(url, formOf(file(good[0])), { "content-encoding": "gzip", "content-type": "application/gzip" }),
);

const last = await send(url, formOf(field("sex", "F"), file(good[0])));
console.log("after all of it:", last.status);
await service.close();
const left = [...(await filesOf())].filter(
  (name) => !before.has(name) && !name.startsWith("node-compile-cache"),
);
console.log(counts);
console.log(`stray files: ${left.join(", ") || "none"}`);
console.log(
  bad.length === 0
    ? "every one was answered with 200 or 4xx and a message"
    : `NOT AS IT SHOULD BE:\n${bad.join("\n")}`,
);
process.exitCode = bad.length === 0 && last.status === 200 ? 0 : 1;
