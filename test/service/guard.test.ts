/** Who may call: token, names of the service, origins of pages. */
import { request } from "node:http";
import { describe, expect, test } from "vitest";
import { serve } from "../../src/index.js";
import { modelFile } from "../helpers/model.js";
import { halves } from "../helpers/pictures.js";
import { formOf, servedFor } from "../helpers/service.js";

const TOKEN = "a-token-of-24-characters";
const ORIGIN = "https://pacs.example";
const service = servedFor({ model: [modelFile("mean-plus-sex")], token: TOKEN, cors: [ORIGIN] });
const bright = await halves(200);

/** fetch sets neither Host nor Origin. */
function ask(path: string, headers: Record<string, string>, method = "GET") {
  return new Promise<{ status: number; headers: Record<string, unknown>; text: string }>(
    (resolve, reject) => {
      request(`${service.url}${path}`, { headers, method, agent: false })
        .on("error", reject)
        .on("response", async (response) => {
          let text = "";
          for await (const chunk of response) text += chunk;
          resolve({ status: response.statusCode!, headers: response.headers, text });
        })
        .end();
    },
  );
}

const predict = (headers: Record<string, string>) =>
  fetch(`${service.url}/predict`, {
    method: "POST",
    headers,
    body: formOf({ file: bright, sex: "f" }),
  });

describe("the token", () => {
  test("is needed everywhere but for health", async () => {
    for (const path of ["/", "/models", "/metrics", "/openapi.json", "/v2/models", "/nothing"])
      expect([path, (await ask(path, {})).status]).toEqual([path, 401]);
    for (const path of ["/healthz", "/readyz", "/v2/health/live", "/v2/health/ready"])
      expect([path, (await ask(path, {})).status]).toEqual([path, 200]);
    const { status, headers, text } = await ask("/models", {});
    expect([status, headers["www-authenticate"]]).toEqual([401, "Bearer"]);
    expect(JSON.parse(text).error).toMatchObject({
      code: "UNAUTHORISED",
      remedy: expect.stringMatching(/Bearer/),
    });
  });

  test("is taken as a bearer token, and no other is", async () => {
    expect((await predict({ authorization: `Bearer ${TOKEN}` })).status).toBe(200);
    for (const authorization of [
      "",
      "Bearer",
      `Bearer ${TOKEN}x`,
      `Bearer ${TOKEN.slice(1)}`,
      `Basic ${TOKEN}`,
    ])
      expect([authorization, (await predict({ authorization })).status]).toEqual([authorization, 401]);
  });

  test("in the address becomes a cookie that only this site sends, and leaves the address", async () => {
    const { status, headers } = await ask(`/?token=${TOKEN}`, {});
    expect([status, headers.location]).toEqual([303, "./"]);
    const [cookie = ""] = headers["set-cookie"] as string[];
    expect(cookie).toMatch(/; HttpOnly; SameSite=Strict$/);
    const [pair = ""] = cookie.split(";");
    expect((await ask("/", { cookie: `other=1; ${pair}` })).status).toBe(200);
    expect((await predict({ cookie: pair })).status).toBe(200);
    expect((await ask("/", { cookie: `${pair}x` })).status).toBe(401);
    expect((await ask("/?token=wrong", {})).status).toBe(401);
  });
});

describe("names and origins", () => {
  const authorization = `Bearer ${TOKEN}`;

  test("on the loopback a request under another name is refused, against DNS rebinding", async () => {
    const { port } = new URL(service.url);
    for (const host of ["localhost", "127.0.0.1", "[::1]"])
      expect([host, (await ask("/models", { host: `${host}:${port}`, authorization })).status]).toEqual([
        host,
        200,
      ]);
    for (const host of ["evil.example", `evil.example:${port}`, "127.0.0.1.evil.example"])
      expect([host, (await ask("/models", { host, authorization })).status]).toEqual([host, 421]);
  });

  test("a page of another origin may not post; one that is allowed may, and is told so", async () => {
    expect((await predict({ authorization, origin: "https://evil.example" })).status).toBe(403);
    const own = await predict({ authorization, origin: service.url });
    expect([own.status, own.headers.get("access-control-allow-origin")]).toEqual([200, null]);
    const allowed = await predict({ authorization, origin: ORIGIN });
    expect([allowed.status, allowed.headers.get("access-control-allow-origin")]).toEqual([200, ORIGIN]);
    const asked = await ask("/predict", { origin: ORIGIN }, "OPTIONS");
    expect(asked.status).toBe(204);
    expect(asked.headers["access-control-allow-headers"]).toMatch(/authorization/);
    expect((await ask("/predict", { origin: "https://evil.example" }, "OPTIONS")).status).toBe(403);
  });

  test("the page may load and call nothing but the service", async () => {
    const { headers } = await ask("/", { authorization });
    const policy = String(headers["content-security-policy"]);
    expect(policy).toMatch(/^default-src 'none';/);
    expect(policy).not.toMatch(/unsafe|\*|http/);
    expect(headers).toMatchObject({ "x-content-type-options": "nosniff", "referrer-policy": "no-referrer" });
  });
});

test("paths that climb or are no paths are answered with 4xx", async () => {
  const headers = { authorization: `Bearer ${TOKEN}` };
  for (const path of [
    "/../package.json",
    "/..%2fpackage.json",
    "/%2e%2e/%2e%2e/etc/passwd",
    "/v2/models/..%2f..%2fx",
    "/%",
    "/%00",
    "//etc/passwd",
    `/${"a".repeat(5000)}`,
  ]) {
    const { status, text } = await ask(path, headers);
    expect([path, status]).toEqual([path, status === 400 ? 400 : 404]);
    expect(JSON.parse(text).error.message).toMatch(/\w/);
  }
});

test("an address that others reach needs a token, or somebody's word that it does not", async () => {
  const model = [modelFile("mean-plus-sex")];
  await expect(serve({ model, host: "0.0.0.0", port: 0, logLevel: "silent" })).rejects.toMatchObject({
    code: "ERR_DEEPLASIA_OPTION",
    message: expect.stringMatching(/other machines/),
  });
  const open = await serve({ model, host: "0.0.0.0", port: 0, insecure: true, logLevel: "silent" });
  const { port } = new URL(open.url);
  expect((await fetch(`http://127.0.0.1:${port}/models`)).status).toBe(200);
  await open.close();
  const taken = new URL(service.url).port;
  await expect(serve({ model, port: Number(taken), logLevel: "silent" })).rejects.toMatchObject({
    code: "ERR_DEEPLASIA_OPTION",
    message: expect.stringMatching(/is in use/),
  });
});
