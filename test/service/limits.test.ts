/** What does not fit is refused, and what was accepted is answered, also by a service that stops. */
import { connect } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { serve } from "../../src/index.js";
import { modelFile } from "../helpers/model.js";
import { halves } from "../helpers/pictures.js";
import { post, rawForm, servedFor, slowRequest } from "../helpers/service.js";

const model = [modelFile("mean-plus-sex")];
const bright = await halves(200);
const form = await rawForm({ file: bright, sex: "f" });
const formHeaders = { "content-type": form.type, "content-length": String(form.bytes.length) };

/** Waits until the service has that many pictures in hand. */
async function untilInHand(url: string, count: number): Promise<void> {
  for (;;) {
    const text = await (await fetch(`${url}/metrics`)).text();
    if (new RegExp(`^deeplasia_pictures_in_hand ${count}$`, "m").test(text)) return;
    await pause(10);
  }
}

describe("a full service", () => {
  const service = servedFor({ model, queueSize: 2, maxBytes: 100_000, maxPixels: 50_000 });

  test("refuses with 429 and Retry-After before it reads, and serves again once there is room", async () => {
    const held = [1, 2].map(() => slowRequest(`${service.url}/predict`, formHeaders));
    for (const { outgoing } of held) outgoing.write(form.bytes.subarray(0, 100));
    await untilInHand(service.url, 2);
    const refused = await post(`${service.url}/predict`, { file: bright, sex: "f" });
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "1"]);
    expect(refused.body.error).toMatchObject({ code: "BUSY", remedy: expect.stringMatching(/Retry-After/) });
    for (const { outgoing } of held) outgoing.end(form.bytes.subarray(100));
    for (const { answer } of held) expect((await answer).status).toBe(200);
    await untilInHand(service.url, 0);
    expect((await post(`${service.url}/predict`, { file: bright, sex: "f" })).status).toBe(200);
  });

  test("a client that goes away gives its place back", async () => {
    const { outgoing } = slowRequest(`${service.url}/predict`, formHeaders);
    outgoing.on("error", () => {});
    outgoing.write(form.bytes.subarray(0, 100));
    await untilInHand(service.url, 1);
    outgoing.destroy();
    await untilInHand(service.url, 0);
  });

  test("a batch takes a place for each picture", async () => {
    const { status, body } = await post(`${service.url}/predict/batch`, {
      file: [bright, bright, bright],
      sex: "f",
    });
    expect([status, body.error.message]).toEqual([
      400,
      expect.stringMatching(/more than 2 files|too many parts/),
    ]);
    expect(
      (await post(`${service.url}/predict/batch`, { file: [bright, bright], sex: "f" })).body.results,
    ).toHaveLength(2);
    await untilInHand(service.url, 0);
  });

  test("too many bytes are refused by their stated number, or as soon as they are too many", async () => {
    const stated = slowRequest(`${service.url}/predict`, {
      "content-type": form.type,
      "content-length": "2000000000",
    });
    stated.outgoing.on("error", () => {});
    stated.outgoing.flushHeaders();
    expect(await stated.answer).toMatchObject({ status: 413, headers: { connection: "close" } });
    const large = await rawForm({ file: Buffer.alloc(150_000, 7), sex: "f" });
    const chunked = slowRequest(`${service.url}/predict`, { "content-type": large.type });
    chunked.outgoing.on("error", () => {});
    chunked.outgoing.write(large.bytes);
    const { status, text } = await chunked.answer;
    expect([status, JSON.parse(text).error.message]).toEqual([413, "a file has more than 100000 bytes"]);
    chunked.outgoing.destroy();
    await untilInHand(service.url, 0);
  });

  test("too many pixels are refused by the header, however few bytes they have", async () => {
    const file = await sharp({ create: { width: 4000, height: 4000, channels: 3, background: "grey" } })
      .png({ compressionLevel: 9 })
      .toBuffer();
    expect(file.length).toBeLessThan(100_000);
    const { status, body } = await post(`${service.url}/predict`, { file, sex: "f" });
    expect([status, body.error.code]).toEqual([413, "ERR_DEEPLASIA_IMAGE_TOO_LARGE"]);
    expect(body.error.message).toMatch(/4000 x 4000 pixels; at most 50000 are read/);
  });
});

describe("time", () => {
  const service = servedFor({
    ...{ model, batchSize: 2, maxWaitMs: 60_000, queueTimeoutMs: 200, requestTimeoutMs: 700 },
  });

  test("a picture that waits too long for its batch is refused with 503", async () => {
    const { status, headers, body } = await post(`${service.url}/predict`, { file: bright, sex: "f" });
    expect([status, headers.get("retry-after"), body.error.code]).toEqual([503, "5", "QUEUE_TIMEOUT"]);
    const both = await Promise.all(
      [1, 2].map(() => post(`${service.url}/predict`, { file: bright, sex: "f" })),
    );
    expect(both.map((one) => one.status)).toEqual([200, 200]);
  });

  test("a request that never ends is ended with 408, headers or body", async () => {
    const { port } = new URL(service.url);
    const slow = (text: string) =>
      new Promise<string>((resolve) => {
        const socket = connect(Number(port), "127.0.0.1");
        let answer = "";
        socket.on("data", (chunk) => {
          answer += chunk;
        });
        socket.on("error", () => {}).on("close", () => resolve(answer));
        socket.write(text);
      });
    const answers = await Promise.all([
      slow("POST /predict HTTP/1.1\r\nHost: localhost\r\nX-A: b\r\n"),
      slow(
        `POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${form.type}\r\nContent-Length: 9999\r\n\r\n--`,
      ),
    ]);
    for (const answer of answers) expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    await untilInHand(service.url, 0);
  });

  test("headers that are too long, and what is no HTTP, are answered as any other fault", async () => {
    const { port } = new URL(service.url);
    const raw = (text: string) =>
      new Promise<string>((resolve) => {
        const socket = connect(Number(port), "127.0.0.1");
        let answer = "";
        socket.on("data", (chunk) => {
          answer += chunk;
        });
        socket.on("error", () => {}).on("close", () => resolve(answer));
        socket.write(text);
      });
    const flood = await raw(
      `GET / HTTP/1.1\r\nHost: localhost\r\n${"X-Flood: aaaaaaaaaaaaaaaaaaaa\r\n".repeat(2000)}\r\n`,
    );
    expect(flood).toMatch(/^HTTP\/1\.1 431 .*"HEADERS_TOO_LARGE"/s);
    expect(await raw("\x16\x03\x01\x02\x00\x01\x00\x01")).toMatch(/^HTTP\/1\.1 400 .*"BAD_REQUEST"/s);
  });
});

test("a service that stops answers what it accepted, is not ready, and accepts nothing more", async () => {
  const service = await serve({ model, port: 0, logLevel: "silent" });
  const held = slowRequest(`${service.url}/predict`, formHeaders);
  held.outgoing.write(form.bytes.subarray(0, 100));
  await untilInHand(service.url, 1);
  // A connection from before, on which another request comes.
  const { port } = new URL(service.url);
  const socket = connect(Number(port), "127.0.0.1");
  let told = "";
  socket.on("data", (chunk) => {
    told += chunk;
  });
  socket.on("error", () => {});
  await new Promise((resolve) => socket.once("connect", resolve));
  socket.write("GET /readyz HTTP/1.1\r\nHost: localhost\r\n");
  await pause(50);
  const closed = service.close();
  socket.write("\r\n");
  await new Promise((resolve) => socket.once("close", resolve));
  expect(told).toMatch(/^HTTP\/1\.1 503 .*connection: close.*"stopping"/is);
  // For a moment it refuses; then nobody listens.
  for (let isListening = true; isListening; ) {
    const status = await fetch(`${service.url}/readyz`).then(
      (response) => response.status,
      () => null,
    );
    expect([503, null]).toContain(status);
    isListening = status !== null;
  }
  held.outgoing.end(form.bytes.subarray(100));
  const { status, headers, text } = await held.answer;
  expect([status, headers.connection, JSON.parse(text).bone_age]).toEqual([200, "close", 140]);
  await closed;
  await service.close(); // a second call does nothing
});
