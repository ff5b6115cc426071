import { createHash } from "node:crypto";
import { mkdir, readFile, stat } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import * as free from "../../../src/files/freeBytes.js";
import { type Download, downloadFile } from "../../../src/registry/downloadFile.js";
import { temporaryFolder } from "../../helpers/temporary.js";

const content = Buffer.from(Array.from({ length: 100_000 }, (_, i) => i % 251));
const sha256 = createHash("sha256").update(content).digest("hex");

afterEach(() => vi.unstubAllEnvs());

/** A server of this machine; requests are kept. */
async function server(answer: (request: IncomingMessage, response: ServerResponse, count: number) => void) {
  const requests: IncomingMessage[] = [];
  const made = createServer((request, response) => answer(request, response, requests.push(request)));
  await new Promise<void>((resolve) => made.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    made.closeAllConnections();
    made.close();
  });
  const { port } = made.address() as AddressInfo;
  return { url: new URL(`http://127.0.0.1:${port}/model.safetensors`), requests, port };
}

/** Sends the file as a hub does: with ranges and an ETag; `cutAfter` ends the connection after so many bytes. */
function send(
  request: IncomingMessage,
  response: ServerResponse,
  { cutAfter = content.length, etag = '"a"' } = {},
) {
  const [, from] = /^bytes=(\d+)-$/.exec(request.headers.range ?? "") ?? [];
  const isPart = from !== undefined && request.headers["if-range"] === etag;
  const start = isPart ? Number(from) : 0;
  response.writeHead(isPart ? 206 : 200, {
    etag,
    "content-length": content.length - start,
    ...(isPart && { "content-range": `bytes ${start}-${content.length - 1}/${content.length}` }),
  });
  const end = Math.min(content.length, start + cutAfter);
  response.write(content.subarray(start, end));
  if (end === content.length) response.end();
  else setTimeout(() => response.destroy(), 400);
}

const whole = () => server((request, response) => send(request, response));
const target = async () => join(await temporaryFolder(), "folder/model.safetensors");
const gone = async (path: string) => (await stat(path).catch(() => null)) === null;

async function get(url: URL, more: Partial<Download> = {}) {
  const file = await target();
  return { file, result: downloadFile({ url, file, ...more }) };
}

describe("downloads", () => {
  test("arrive whole, with their digest and progress", async () => {
    const { url } = await whole();
    const seen: [number, number | null][] = [];
    const { file, result } = await get(url, { sha256, onProgress: (...at) => seen.push(at) });
    expect(await result).toEqual({ bytes: content.length, sha256 });
    expect(await readFile(file)).toEqual(content);
    expect(seen.at(-1)).toEqual([content.length, content.length]);
    expect(await gone(`${file}.part`)).toBe(true);
    expect(await gone(`${file}.part.etag`)).toBe(true);
  });

  test("resume where a connection ended", async () => {
    const { url, requests } = await server((request, response, count) =>
      send(request, response, count === 1 ? { cutAfter: 40_000 } : {}),
    );
    const { file, result } = await get(url, { sha256 });
    await result;
    expect(await readFile(file)).toEqual(content);
    expect(requests.map(({ headers }) => headers.range)).toEqual([undefined, "bytes=40000-"]);
  });

  test("resume in a later call, and begin anew where the file has changed since", async () => {
    let etag = '"a"';
    const { url, requests } = await server((request, response, count) =>
      send(request, response, { etag, ...(count === 1 && { cutAfter: 40_000 }) }),
    );
    const file = await target();
    await expect(downloadFile({ url, file, attempts: 1 })).rejects.toMatchObject({
      code: "ERR_DEEPLASIA_DOWNLOAD",
      remedy: expect.stringMatching(/it resumes/),
    });
    expect(await gone(file)).toBe(true);
    expect((await stat(`${file}.part`)).size).toBe(40_000);
    etag = '"b"';
    await downloadFile({ url, file });
    expect(requests[1]!.headers.range).toBe("bytes=40000-");
    expect(await readFile(file)).toEqual(content);
  });

  test("of another digest or size are thrown away", async () => {
    const { url } = await whole();
    for (const wrong of [{ sha256: "0".repeat(64) }, { bytes: 5 }]) {
      const { file, result } = await get(url, wrong);
      await expect(result).rejects.toMatchObject({
        code: "ERR_DEEPLASIA_DOWNLOAD",
        message: expect.stringMatching(/thrown away/),
      });
      expect(await gone(file)).toBe(true);
      expect(await gone(`${file}.part`)).toBe(true);
    }
  });

  test("follow redirects, but not for ever", async () => {
    const { url } = await server((request, response) => {
      if (request.url === "/model.safetensors") response.writeHead(302, { location: "/there" }).end();
      else send(request, response);
    });
    const { file, result } = await get(url);
    await result;
    expect(await readFile(file)).toEqual(content);
    const round = await server((_, response) => response.writeHead(302, { location: "/again" }).end());
    const { result: never } = await get(round.url, { attempts: 1 });
    await expect(never).rejects.toMatchObject({ message: expect.stringMatching(/more than 5 redirects/) });
  });

  test.each([
    [401, /models add FOLDER/],
    [404, /models add FOLDER/],
    [503, /later/],
  ])("end with the server's answer %i and a cure", async (status, remedy) => {
    const { url, requests } = await server((_, response) => response.writeHead(status).end());
    const { result } = await get(url);
    await expect(result).rejects.toMatchObject({
      code: "ERR_DEEPLASIA_DOWNLOAD",
      message: expect.stringMatching(new RegExp(`answers ${status}`)),
      remedy: expect.stringMatching(remedy),
    });
    expect(requests).toHaveLength(1);
  });

  test("do not begin where the disk has no space for them", async () => {
    vi.spyOn(free, "freeBytes").mockResolvedValueOnce(1000);
    const { url } = await whole();
    const { result } = await get(url);
    await expect(result).rejects.toMatchObject({
      code: "ERR_DEEPLASIA_OUTPUT",
      remedy: expect.stringMatching(/DEEPLASIA_MODELS/),
    });
    vi.restoreAllMocks();
  });

  test("report a disk that takes nothing", async () => {
    const { url } = await whole();
    const file = await target();
    await mkdir(`${file}.part`, { recursive: true });
    await expect(downloadFile({ url, file, attempts: 1 })).rejects.toMatchObject({
      code: "ERR_DEEPLASIA_OUTPUT",
      message: expect.stringMatching(/it is a folder/),
    });
  });

  test("end with the reason of a signal, and keep what there is", async () => {
    const { url } = await server((request, response) => send(request, response, { cutAfter: 40_000 }));
    const reason = new Error("enough");
    const controller = new AbortController();
    const { result } = await get(url, {
      signal: controller.signal,
      onProgress: () => controller.abort(reason),
    });
    await expect(result).rejects.toBe(reason);
  });
});

/** A proxy of this machine that opens tunnels; what it was asked is kept. */
async function proxy(answers = "HTTP/1.1 200 Connection Established") {
  const asked: { target: string; authority: string | undefined }[] = [];
  const made = createServer();
  made.on("connect", (request, socket) => {
    asked.push({ target: request.url ?? "", authority: request.headers["proxy-authorization"] });
    socket.write(`${answers}\r\n\r\n`);
    if (!answers.includes(" 200 ")) return socket.end();
    const there = connect(Number(request.url!.split(":")[1]), "127.0.0.1");
    for (const end of [socket, there]) end.on("error", () => {});
    there.pipe(socket).pipe(there);
  });
  await new Promise<void>((resolve) => made.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void made.close());
  return { asked, address: `127.0.0.1:${(made.address() as AddressInfo).port}` };
}

/** Sets the variables of proxies, in both cases; those that are not given are not set. */
function stubProxies(given: Record<string, string>) {
  for (const name of ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"])
    for (const key of [name, name.toLowerCase()]) vi.stubEnv(key, given[name]);
}

describe("proxies of the environment", () => {
  test("carry a download, with the user of their address", async () => {
    const { url } = await whole();
    const { asked, address } = await proxy();
    stubProxies({ HTTP_PROXY: `http://me:secret@${address}` });
    const { file, result } = await get(url);
    await result;
    expect(await readFile(file)).toEqual(content);
    const authority = `Basic ${Buffer.from("me:secret").toString("base64")}`;
    expect(asked[0]).toEqual({ target: url.host, authority });
  });

  test("are left out for a host of NO_PROXY", async () => {
    const { url } = await whole();
    const { asked, address } = await proxy();
    stubProxies({ HTTP_PROXY: `http://${address}`, NO_PROXY: "127.0.0.1" });
    const { result } = await get(url);
    await result;
    expect(asked).toEqual([]);
  });

  test("that refuse are named", async () => {
    const { address } = await proxy("HTTP/1.1 407 Proxy Authentication Required");
    stubProxies({ HTTPS_PROXY: `http://${address}` });
    const { result } = await get(new URL("https://127.0.0.1:9/model"), { attempts: 1 });
    await expect(result).rejects.toMatchObject({
      code: "ERR_DEEPLASIA_DOWNLOAD",
      message: expect.stringMatching(/proxy.*407|407/i),
      remedy: expect.stringMatching(/HTTPS_PROXY/),
    });
  });
});
