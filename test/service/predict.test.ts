/** POST /predict and /predict/batch: what is sent, and what is answered. `mean-plus-sex` gives the picture's mean, a boy 20 months more. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { loadModel, predictImage } from "../../src/index.js";
import { BUNDLED_MODEL } from "../../src/model/bundled.js";
import { answer } from "../../src/service/answer.js";
import { batchAnswer } from "../../src/service/routes/predictBatch.js";
import { modelFile } from "../helpers/model.js";
import { halves } from "../helpers/pictures.js";
import { formOf, post, servedFor } from "../helpers/service.js";
import { projectRoot } from "../helpers/testData.js";

const service = servedFor({
  model: [
    `light=${modelFile("mean-plus-sex")}`,
    `bundled=${BUNDLED_MODEL}`,
    `both=${modelFile("mean-plus-sex")},${modelFile("months-output")}`,
  ],
  predictSex: modelFile("tells-sex"),
  threads: 1,
});
const predict = (fields: Parameters<typeof post>[1], init?: RequestInit) =>
  post(`${service.url}/predict`, fields, init);

/** A boy's picture to `tells-sex`, and a girl's. */
const [bright, dark] = [await halves(200), await halves(90)];
const phantom = await readFile(join(projectRoot, "examples/phantoms/images/000000.png"));

describe("the contract of the reference's service", () => {
  test("every spelling of the sex", async () => {
    const words = { female: "female", male: "male", f: "female", m: "male", F: "female", M: "male" };
    for (const [sex, used] of Object.entries(words)) {
      const { status, body } = await predict({ file: bright, sex });
      expect([status, body.used_sex, body.sex_predicted]).toEqual([200, used, false]);
      expect(body.bone_age).toBeCloseTo(used === "male" ? 160 : 140, 3);
      expect(body.bone_age_years).toBeCloseTo(body.bone_age / 12, 6);
    }
  });

  test("a sex that is absent or empty is predicted from the picture, and named rightly", async () => {
    for (const fields of [{ file: bright }, { file: bright, sex: "" }]) {
      const { body } = await predict(fields);
      expect(body).toMatchObject({ used_sex: "male", sex_predicted: true, bone_age: 160 });
    }
    expect((await predict({ file: dark })).body).toMatchObject({ used_sex: "female", sex_predicted: true });
  });

  test("use_mask is true by default, and its words mean what they say", async () => {
    for (const word of ["false", "0", "no", "off", "False"])
      expect(
        (await predict({ file: phantom, sex: "f", model: "bundled", use_mask: word })).body.mask,
      ).toEqual({
        source: "none",
      });
    const { body } = await predict({ file: phantom, sex: "f", model: "bundled", use_mask: "true" });
    expect(body.mask.source).toBe("made");
  });

  test("faults of a request are answered with 400, a code, what is wrong and what to do", async () => {
    const cases: [Parameters<typeof post>[1], RegExp][] = [
      [{ sex: "female" }, /no picture/],
      [{ file: "hand.png" }, /file is text/],
      [{ file: bright, sex: "boy" }, /sex "boy" must be F, M/],
      [{ file: bright, use_mask: "perhaps" }, /use_mask "perhaps" must be true or false/],
      [{ file: bright, usemask: "true" }, /unknown field 'usemask' \(the nearest is "use_mask"\)/],
      [{ file: bright, rotate: "45" }, /rotate .*must be one of 0, 90, 180, 270/],
      [{ file: bright, sex: ["f", "m"] }, /sex was sent 2 times/],
      [{ file: [bright, dark] }, /too many parts|more than 1 file/],
      [{ image: bright }, /the field image holds a file/],
      [{ file: Buffer.from("no picture at all") }, /cannot be read/],
      [{ file: phantom.subarray(0, 3000) }, /damaged or truncated/],
    ];
    for (const [fields, message] of cases) {
      const { status, headers, body } = await predict(fields);
      expect([Object.keys(fields), status]).toEqual([Object.keys(fields), 400]);
      expect(body.error).toEqual({
        code: expect.stringMatching(/^[A-Z_]+$/),
        message: expect.stringMatching(message),
        remedy: expect.stringMatching(/\w/),
        requestId: headers.get("x-request-id"),
      });
    }
  });

  test("a JSON body and no body are answered with 415", async () => {
    const headers = { "content-type": "application/json" };
    const json = await predict({}, { body: JSON.stringify({ sex: "f" }), headers });
    expect([json.status, json.body.error.code]).toEqual([415, "NOT_A_FORM"]);
    const nothing = await fetch(`${service.url}/predict`, { method: "POST" });
    expect(nothing.status).toBe(415);
  });
});

describe("the answer", () => {
  test("is that of predictImage, and fits its schema", async () => {
    const model = await loadModel(BUNDLED_MODEL, { threads: 1 });
    const direct = await predictImage(model, phantom, { sex: "F" }).finally(() => model.dispose());
    const { body } = await predict({ file: phantom, sex: "F", model: "bundled", outline: "1", mask: "1" });
    expect(answer.parse(body)).toEqual(body);
    expect(body).toMatchObject({
      ...{ bone_age: direct.ageMonths, male_probability: direct.sexHat, unit: "months", model: "bundled" },
      mask: { source: "made", ...direct.mask },
      picture: { width: 600, height: 600, sexFromHeader: false, ageMonthsFromHeader: null },
    });
    // The outline, filled, is the mask: their areas differ by the corners that were cut.
    const data = await sharp(Buffer.from(body.mask.png, "base64")).toColourspace("b-w").raw().toBuffer();
    const marked = data.reduce((sum, value) => sum + (value > 127 ? 1 : 0), 0);
    expect(marked / 360_000).toBeCloseTo(body.mask.area, 6);
    const filled = Math.abs(
      (body.outline as [number, number][][]).reduce((sum, ring) => sum + areaOf(ring), 0),
    );
    expect(Math.abs(filled - marked) / marked).toBeLessThan(0.02);
  });

  test("about a turned picture is that about the picture as it was", async () => {
    const upright = await predict({ file: phantom, sex: "M", model: "bundled", mask: "1" });
    const turned = await sharp(phantom).rotate(-90).png().toBuffer();
    const { body } = await predict({ file: turned, sex: "M", model: "bundled", mask: "1", rotate: "90" });
    expect(body).toEqual(upright.body);
  });

  test("shows the picture in small as it was predicted", async () => {
    const file = await sharp(bright).resize(3000, 1500, { fit: "fill" }).png().toBuffer();
    const { body } = await predict({ file, sex: "f", preview: "1", rotate: "90" });
    const { format, width, height } = await sharp(Buffer.from(body.preview, "base64")).metadata();
    expect([format, width, height]).toEqual(["jpeg", 512, 1024]);
    expect(body.picture).toMatchObject({ width: 1500, height: 3000 });
  });

  test("uses a mask that was sent, and shows where it marks", async () => {
    const marks = Buffer.alloc(600 * 600).map((_, i) =>
      i % 600 >= 150 && i % 600 < 450 && i >= 600 * 100 && i < 600 * 500 ? 255 : 0,
    );
    const mask = await sharp(marks, { raw: { width: 600, height: 600, channels: 1 } })
      .toColourspace("b-w")
      .png()
      .toBuffer();
    const model = await loadModel(BUNDLED_MODEL, { threads: 1 });
    const direct = await predictImage(model, phantom, { sex: "F", mask }).finally(() => model.dispose());
    const { body } = await predict({
      ...{ file: phantom, sex: "F", model: "bundled", outline: "1" },
      mask_file: mask,
    });
    expect(body.bone_age).toBe(direct.ageMonths);
    expect(body.mask).toEqual({
      source: "given",
      area: (300 * 400) / (600 * 600),
      box: { x: 150, y: 100, width: 300, height: 400 },
    });
    expect(body.outline).toHaveLength(1);
    const small = await predict({ file: phantom, sex: "F", model: "bundled", mask_file: bright });
    expect([small.status, small.body.error.code]).toEqual([422, "ERR_DEEPLASIA_MASK_SIZE"]);
  });

  test("has the difference to a chronological age that was sent", async () => {
    const { body } = await predict({ file: bright, sex: "f", age_months: "100.5" });
    expect([body.chronological_age, body.difference]).toEqual([100.5, body.bone_age - 100.5]);
  });

  test("of an ensemble is the mean, with each member and how far they are apart", async () => {
    const { body } = await predict({ file: bright, sex: "m", model: "both" });
    const ages = body.members.map(({ bone_age }: { bone_age: number }) => bone_age);
    expect(body.members).toMatchObject([{ name: "mean-plus-sex" }, { name: "months-output" }]);
    expect(body.bone_age).toBeCloseTo((ages[0] + ages[1]) / 2, 3);
    expect(body.spread).toBeCloseTo(Math.abs(ages[0] - ages[1]) / Math.SQRT2, 3);
  });

  test("is the same for pictures that come at once as for each alone", async () => {
    const files = await Promise.all([60, 90, 120, 150, 180, 210].map((grey) => halves(grey)));
    const alone: number[] = [];
    for (const file of files) alone.push((await predict({ file, sex: "f" })).body.bone_age);
    const together = await Promise.all(
      Array.from({ length: 48 }, (_, i) => predict({ file: files[i % 6]!, sex: "f" })),
    );
    for (const [i, { body }] of together.entries()) expect(body.bone_age).toBeCloseTo(alone[i % 6]!, 3);
  });

  test("names no folder of the machine", async () => {
    const { body } = await predict({ file: phantom, sex: "f", model: "bundled", use_mask: "0" });
    expect(body.notes.join()).toMatch(/^phantom-b0\.pt: used against its own contract/);
  });
});

describe("/predict/batch", () => {
  const batch = (fields: Parameters<typeof post>[1]) => post(`${service.url}/predict/batch`, fields);

  test("answers in the order of the files; one that cannot be read does not stop the others", async () => {
    const { status, body } = await batch({
      file: [bright, Buffer.from("no picture"), dark],
      sex: ["m", "f", ""],
    });
    expect(status).toBe(200);
    expect(batchAnswer.parse(body)).toEqual(body);
    expect(body.results).toMatchObject([
      { bone_age: 160, used_sex: "male" },
      { error: { code: "ERR_DEEPLASIA_IMAGE_UNREADABLE", message: expect.stringMatching(/cannot be read/) } },
      { used_sex: "female", sex_predicted: true },
    ]);
  });

  test("takes one sex for all, and refuses a number that fits neither", async () => {
    const { body } = await batch({ file: [bright, dark, bright], sex: "f" });
    expect(body.results.map((one: { used_sex: string }) => one.used_sex)).toEqual([
      "female",
      "female",
      "female",
    ]);
    const wrong = await batch({ file: [bright, dark, bright], sex: ["f", "m"] });
    expect([wrong.status, wrong.body.error.message]).toEqual([400, "the form has 2 fields sex for 3 files"]);
  });
});

test("the field model chooses, and a name that there is not is named with those that there are", async () => {
  expect((await predict({ file: bright, sex: "f" })).body.model).toBe("light");
  expect((await predict({ file: bright, sex: "f", model: "both" })).body.model).toBe("both");
  const { status, body } = await predict({ file: bright, sex: "f", model: "other" });
  expect([status, body.error.code]).toEqual([404, "NO_SUCH_MODEL"]);
  expect(body.error.remedy).toBe("Models: light, bundled, both.");
});

test("the log has no name of a file and nothing that was sent", async () => {
  const form = formOf({ file: Buffer.from("x"), sex: "female" }, "MUELLER_ANNA_19990101.dcm");
  await fetch(`${service.url}/predict?name=MUELLER`, { method: "POST", body: form });
  const lines = service.log.join("");
  expect(lines).not.toMatch(/mueller|female|19990101|boy/i);
  expect(lines).toMatch(/"route":"\/predict","status":400,"code":"ERR_DEEPLASIA_IMAGE_UNREADABLE"/);
});

/** Area of a polygon, negative for one that turns the other way. */
function areaOf(ring: readonly [number, number][]): number {
  return ring.reduce((sum, [x, y], i) => {
    const [nextX, nextY] = ring[(i + 1) % ring.length]!;
    return sum + (x * nextY - nextX * y) / 2;
  }, 0);
}
