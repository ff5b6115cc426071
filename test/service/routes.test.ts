/** DICOM in and out, health, models, metrics, the description of the service. */
import { expect, test } from "vitest";
import { readDataset } from "../../src/dicom/dataset.js";
import { answer } from "../../src/service/answer.js";
import { study } from "../helpers/dicomStudy.js";
import { modelFile } from "../helpers/model.js";
import { halves } from "../helpers/pictures.js";
import { post, servedFor } from "../helpers/service.js";

const service = servedFor({ model: [`light=${modelFile("mean-plus-sex")}`, modelFile("months-output")] });
const radiograph = study();

function dicom(accept?: string, query = "", body: Buffer = radiograph, type = "application/dicom") {
  const headers = { "content-type": type, ...(accept !== undefined && { accept }) };
  return fetch(`${service.url}/dicom${query}`, { method: "POST", headers, body: new Uint8Array(body) });
}
const bytesOf = async (response: Response) => Buffer.from(await response.arrayBuffer());
// biome-ignore lint/suspicious/noExplicitAny: what it holds is what the tests are about
const jsonOf = async (response: Response): Promise<any> => response.json();
const get = async (path: string) => jsonOf(await fetch(`${service.url}${path}`));

test("a DICOM file is answered with JSON; its header gives sex and age", async () => {
  const body = await jsonOf(await dicom());
  expect(answer.parse(body)).toEqual(body);
  expect(body).toMatchObject({
    ...{ used_sex: "female", sex_predicted: false, model: "light" },
    picture: { width: 400, height: 300, sexFromHeader: true },
  });
  expect(body.picture.ageMonthsFromHeader).toBeCloseTo(120, 0);
  expect(body.difference).toBeCloseTo(body.bone_age - body.picture.ageMonthsFromHeader, 6);
  const told = await jsonOf(await dicom(undefined, "?sex=M&model=light"));
  expect(told.bone_age - body.bone_age).toBeCloseTo(20, 3);
  expect(told.notes.join()).toMatch(/header states the other sex/);
});

test("or with the report, the copy, or both, in the study of the file", async () => {
  const sr = await dicom("application/dicom");
  const sc = await dicom("application/dicom; object=sc, application/json");
  expect([sr.headers.get("content-type"), sc.headers.get("content-type")]).toEqual([
    "application/dicom",
    "application/dicom",
  ]);
  const kinds = [sr, sc].map(async (response) => {
    const { elements } = readDataset(await bytesOf(response));
    return [elements.string("x00080060"), elements.string("x0020000d"), elements.string("x00100020")];
  });
  expect(await Promise.all(kinds)).toEqual([
    ["SR", "1.2.840.4711.1", "SECRET42"],
    ["OT", "1.2.840.4711.1", "SECRET42"],
  ]);
  const both = await dicom('multipart/related; type="application/dicom"');
  const [, boundary = ""] = /boundary=(\S+)/.exec(both.headers.get("content-type")!)!;
  const parts = (await bytesOf(both)).toString("latin1").split(`--${boundary}`);
  expect(parts.filter((part) => part.includes("DICM"))).toHaveLength(2);
});

test("what is no DICOM file, or asks for what cannot be made, is refused", async () => {
  expect((await dicom("image/png")).status).toBe(406);
  expect((await dicom(undefined, "", await halves(200))).status).toBe(400);
  expect((await dicom(undefined, "", radiograph, "text/plain")).status).toBe(415);
  expect((await dicom(undefined, "?sexx=F")).status).toBe(400);
  const damaged = await dicom(undefined, "", radiograph.subarray(0, 2000));
  expect([damaged.status, (await jsonOf(damaged)).error.message]).toEqual([
    400,
    expect.not.stringMatching(/GEHEIM|SECRET/),
  ]);
});

test("POST /predict takes DICOM as well, with a preview for browsers", async () => {
  const { body } = await post(`${service.url}/predict`, { file: radiograph, preview: "1" });
  expect(Buffer.from(body.preview, "base64").subarray(0, 3)).toEqual(Buffer.from([0xff, 0xd8, 0xff]));
  expect(body.used_sex).toBe("female");
});

test("health and models, for the page and in the form of KServe", async () => {
  expect(await get("/healthz")).toEqual({ status: "ok" });
  expect(await get("/readyz")).toEqual({ status: "ready" });
  expect(await get("/v2/health/live")).toEqual({ live: true });
  expect(await get("/v2/health/ready")).toEqual({ ready: true });
  expect(await get("/models")).toEqual({
    models: [
      { name: "light", note: "software tests", needsSex: true },
      { name: "months-output", note: "software tests", needsSex: expect.any(Boolean) },
    ],
    predictsSex: false,
  });
  expect(await get("/v2/models/light")).toMatchObject({
    name: "light",
    platform: "deeplasia-native",
    inputs: [{ name: "file", datatype: "BYTES", shape: [1] }, {}, {}],
    outputs: [{ name: "bone_age" }],
    parameters: { members: [{ name: "light", inputSize: [1, 32, 32], maskNeeded: false }] },
  });
  expect(await get("/v2/models/light/ready")).toEqual({ name: "light", ready: true });
  expect((await get("/v2/models/other")).error.code).toBe("NO_SUCH_MODEL");
});

test("metrics count requests, batches, waits and refusals", async () => {
  const before = await (await fetch(`${service.url}/metrics`)).text();
  const file = await halves(200);
  await Promise.all([1, 2, 3].map(() => post(`${service.url}/predict`, { file, sex: "f" })));
  await post(`${service.url}/predict`, { file: Buffer.from("x"), sex: "f" });
  const after = await (await fetch(`${service.url}/metrics`)).text();
  const grown = (name: string) => readingOf(after, name) - readingOf(before, name);
  expect(grown('deeplasia_request_seconds_count{route="/predict",status="200"}')).toBe(3);
  expect(grown('deeplasia_request_seconds_count{route="/predict",status="400"}')).toBe(1);
  expect(grown('deeplasia_rejections_total{code="ERR_DEEPLASIA_IMAGE_UNREADABLE"}')).toBe(1);
  expect(grown('deeplasia_batch_size_sum{model="light"}')).toBe(4);
  expect(grown('deeplasia_queue_seconds_count{model="light"}')).toBe(4);
  expect(grown('deeplasia_prediction_seconds_count{model="light"}')).toBe(3);
});

function readingOf(text: string, name: string): number {
  const line = text.split("\n").find((one) => one.startsWith(`${name} `));
  return Number(line?.slice(name.length + 1) ?? 0);
}

test("the description names every address, each field with its meaning, and each status that came", async () => {
  const description = await get("/openapi.json");
  expect(description.openapi).toBe("3.1.0");
  expect(Object.keys(description.paths).toSorted()).toEqual(
    [
      ...[
        "/predict",
        "/predict/batch",
        "/dicom",
        "/models",
        "/healthz",
        "/readyz",
        "/metrics",
        "/openapi.json",
      ],
      ...["/v2", "/v2/health/live", "/v2/health/ready", "/v2/models", "/v2/models/{name}"],
      "/v2/models/{name}/ready",
    ].toSorted(),
  );
  for (const [path, methods] of Object.entries<Record<string, object>>(description.paths))
    if ("get" in methods && !path.includes("{"))
      expect([path, (await fetch(`${service.url}${path}`)).status]).toEqual([path, 200]);
  const { schema } = description.paths["/predict"].post.requestBody.content["multipart/form-data"];
  expect(Object.keys(schema.properties).toSorted()).toEqual(
    [
      ...["file", "mask_file", "sex", "use_mask", "model", "rotate", "age_months"],
      ...["outline", "mask", "preview"],
    ].toSorted(),
  );
  for (const [name, { description: meaning }] of Object.entries<{ description?: string }>(schema.properties))
    expect([name, meaning ?? ""]).toEqual([name, expect.stringMatching(/\w/)]);
  expect(schema.properties.sex.enum).toEqual(["F", "M"]);
  expect(schema.properties.use_mask).toMatchObject({ type: "boolean", default: true });
  const used = new Set(Object.keys(description.paths["/predict"].post.responses));
  expect([...used]).toEqual(["200", "400", "401", "413", "415", "422", "429", "503"]);
  expect(Object.keys(description.components.schemas.Answer.properties)).toEqual(Object.keys(answer.shape));
});
