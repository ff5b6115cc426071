/** The sex and the picture of a prediction: the values that are accepted, and the errors of all others. */
import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BoneAgeModel, loadModel, predictCohort, predictImage } from "../../src/index.js";
import { BOY, GIRL, MODEL, pictureFile } from "../helpers/argumentModel.js";
import { loose, refusal } from "../helpers/refusal.js";
import { collect } from "../helpers/temporary.js";
import { fixture } from "../helpers/testData.js";

let model: BoneAgeModel;
let hand: string;
let remove: () => Promise<void>;
let bytes: Buffer;

beforeAll(async () => {
  model = await loadModel(MODEL);
  ({ hand, bytes, remove } = await pictureFile());
});
afterAll(async () => {
  await model.dispose();
  await remove();
});

const predict = (image: unknown, options?: unknown) => loose(predictImage)(model, image, options);
const cohort = (models: unknown, options?: unknown) =>
  collect(loose(predictCohort)(models, options) as AsyncIterable<unknown>);

describe("sex", () => {
  test.each(["M", "m", "male", "Male", " MALE ", 1])("%j is male", async (sex) => {
    expect(await predict(hand, { sex })).toMatchObject({ ageMonths: BOY, sex: "M", sexPredicted: false });
    expect(await cohort(model, { files: [hand], sex })).toMatchObject([{ ageMonths: BOY, sex: "M" }]);
  });

  test.each(["F", "f", "female", "Female", 0])("%j is female", async (sex) => {
    expect(await predict(hand, { sex })).toMatchObject({ ageMonths: GIRL, sex: "F" });
    expect(await cohort(model, { files: [hand], sex })).toMatchObject([{ ageMonths: GIRL, sex: "F" }]);
  });

  test.each(["boy", "X", "MF", true, false, 2, -1, Number.NaN, ["M"], {}, new Date()])(
    "%j is no sex, and the error names it",
    async (sex) => {
      const said = { code: "ERR_DEEPLASIA_OPTION", message: expect.stringMatching(/^sex .*must be F or M/) };
      expect(await refusal(() => predict(hand, { sex }))).toMatchObject(said);
      expect(await refusal(() => cohort(model, { files: [hand], sex }))).toMatchObject(said);
    },
  );

  test.each([undefined, null, "", " ", "NA", "nan"])(
    "%j means that the sex is unknown, as in a CSV",
    async (sex) => {
      expect(await refusal(() => predict(hand, { sex }))).toMatchObject({ code: "ERR_DEEPLASIA_SEX" });
      const sexModel = await loadModel(fixture("models/tells-sex.pt"));
      expect(await predict(hand, { sex, sexModel })).toMatchObject({ sexPredicted: true });
      await sexModel.dispose();
    },
  );
});

describe("a picture", () => {
  test("may be a path, a file: URL, or bytes of any kind", async () => {
    const plain = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
    const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
    shared.set(bytes);
    for (const image of [
      hand,
      pathToFileURL(hand),
      pathToFileURL(hand).href,
      bytes,
      plain,
      new Uint8Array(plain),
      shared,
      new Blob([bytes]),
    ]) {
      expect(await predict(image, { sex: "F" })).toMatchObject({ ageMonths: GIRL });
      expect(await predict(hand, { sex: "F", mask: image })).toMatchObject({ ageMonths: GIRL });
    }
    expect(await readFile(hand)).toEqual(bytes);
  });

  const wrong: [string, () => unknown][] = [
    ["null", () => null],
    ["undefined", () => undefined],
    ["a number", () => 3],
    ["no text", () => ""],
    ["a NUL", () => "a\0.png"],
    ["a web address", () => "https://example.org/hand.png"],
    ["URL", () => new URL("https://example.org/hand.png")],
    ["SharedArrayBuffer", () => new SharedArrayBuffer(8)],
    ["DataView", () => new DataView(new ArrayBuffer(8))],
    ["Uint16Array", () => new Uint16Array(8)],
    ["Promise", () => Promise.resolve(bytes)],
    ["a list", () => [1, 2]],
    ["an object", () => ({})],
    ["a function", () => () => bytes],
  ];
  test.each(wrong)("%s is refused, as picture and as mask", async (name, make) => {
    const ofPicture = await refusal(() => predict(make(), { sex: "F" }));
    expect(ofPicture).toMatchObject({
      code: "ERR_DEEPLASIA_OPTION",
      message: expect.stringMatching(/^image /),
    });
    if (/^[A-Z]/.test(name)) expect(ofPicture.message).toContain(name);
    if (name === "undefined") return;
    const ofMask = await refusal(() => predict(hand, { sex: "F", mask: make() }));
    expect(ofMask).toMatchObject({ code: "ERR_DEEPLASIA_OPTION", message: expect.stringMatching(/^mask /) });
  });

  test.each([
    ["no bytes", new Uint8Array(0)],
    ["an empty Blob", new Blob([])],
  ])("%s are unreadable", async (_, image) => {
    expect(await refusal(() => predict(image, { sex: "F" }))).toMatchObject({
      code: "ERR_DEEPLASIA_IMAGE_UNREADABLE",
    });
  });
});

test("predictImage doubts a contract and an age that cannot be", async () => {
  await using odd = await loadModel(MODEL, { contract: { biasSlope: -46, biasIntercept: 4700 } });
  const { notes } = await predictImage(odd, hand, { sex: "M" });
  expect(notes).toEqual([
    expect.stringMatching(/bias slope of -46/),
    expect.stringMatching(/within 0 to 240 months/),
  ]);
  expect((await predictImage(model, hand, { sex: "M" })).notes).toEqual([]);
});
