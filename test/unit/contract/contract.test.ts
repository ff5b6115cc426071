import { copyFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { toMonths } from "../../../src/boneAge/reading.js";
import { completeContract, missingFields } from "../../../src/contract/contract.js";
import { type Manifest, parseManifestText } from "../../../src/contract/manifest.js";
import { mergeManifests } from "../../../src/contract/merge.js";
import { archiveSources, contractSources } from "../../../src/contract/sources.js";
import { imagePlan, normalisation } from "../../../src/image/imagePlan.js";
import { temporaryFolder } from "../../helpers/temporary.js";
import { fixture } from "../../helpers/testData.js";

const complete: Manifest = {
  inputSize: [1, 64, 48],
  fit: "centre-square",
  resize: "linear",
  normalise: "zscore",
  maskNeeded: false,
  subtractBackground: true,
  sexEncoding: "male-1",
  ageUnit: "z",
  ageMeanMonths: 100,
  ageSdMonths: 10,
};
const contract = (changes: Manifest = {}) =>
  completeContract(
    mergeManifests([{ origin: "test", manifest: { ...complete, ...changes } }]).manifest,
    "m.pt",
  );

describe("where a contract comes from", () => {
  test("later sources win field by field, and each field's origin is kept", async () => {
    const folder = await temporaryFolder();
    const model = join(folder, "model.pt");
    await copyFile(fixture("models/tuple-age-sex.pt"), model); // has one inside: z, mean 120
    await writeFile(join(folder, "model.json"), JSON.stringify({ ageMeanMonths: 121, fit: "pad" }));
    const override = join(folder, "override.json");
    await writeFile(override, JSON.stringify({ ageMeanMonths: 122, resize: "area" }));
    const { manifest, origins } = mergeManifests(
      await contractSources(model, await archiveSources(model), {
        manifestFile: override,
        fields: { resize: "linear" },
      }),
    );
    expect(manifest).toMatchObject({ ageSdMonths: 40, fit: "pad", ageMeanMonths: 122, resize: "linear" });
    expect(Object.fromEntries(origins)).toMatchObject({
      ageSdMonths: "archive",
      fit: join(folder, "model.json"),
      ageMeanMonths: override,
      resize: "options",
      biasSlope: "default",
    });
  });

  test("what is missing is asked for by name", () => {
    expect(missingFields({})).toContain("inputSize");
    expect(missingFields({ ...complete, ageMeanMonths: undefined })).toEqual(["ageMeanMonths"]);
    expect(missingFields({ ...complete, ageUnit: "months", ageMeanMonths: undefined })).toEqual([]);
    expect(missingFields({ ...complete, normalise: "fixed" })).toEqual(["normaliseMean", "normaliseSd"]);
    expect(missingFields({ ...complete, normalise: "equalize" })).toEqual(["equalizeBins"]);
    expect(() => contract({ sexEncoding: undefined })).toThrow(/no source states sexEncoding/);
  });

  test("unknown fields, wrong values and broken JSON are named", () => {
    expect(() => parseManifestText('{"inputsize":[1,2,3]}', "a.json")).toThrow(
      /a\.json.*'inputsize'.*inputSize/,
    );
    expect(() => parseManifestText('{"fit":"round"}', "a.json")).toThrow(
      /fit "round" must be one of centre-square, stretch, pad or pad-after-resize/,
    );
    expect(() => parseManifestText("{", "a.json")).toThrow(/a\.json is not JSON/);
    expect(() =>
      contract({ inputSize: [1, 64, 64], normalise: "fixed", normaliseMean: [0, 0, 0], normaliseSd: [1] }),
    ).toThrow(/normaliseMean has 3 values, but the input of m\.pt has 1 channel/);
  });
});

describe("what a contract means", () => {
  test("for a picture", () => {
    const view = { flip: true, rotationAngle: 5 };
    expect(imagePlan(contract(), view)).toMatchObject({
      ...view,
      height: 64,
      width: 48,
      depth: "any",
      background: "percentile",
      equalizeBins: 0,
    });
    const equalize = contract({ normalise: "equalize", equalizeBins: 256, subtractBackground: false });
    expect(imagePlan(equalize, view)).toMatchObject({ depth: "8bit", background: "none", equalizeBins: 256 });
    expect(normalisation(equalize).method).toBe("none");
    expect(imagePlan(contract({ normalise: "equalize", equalizeBins: 1024 }), view).depth).toBe("any");
  });

  test("for the months: unscaled, then corrected as the reference does", () => {
    expect(toMonths(1.5, contract())).toBe(115);
    expect(toMonths(1.5, contract({ biasSlope: 0.1, biasIntercept: -2 }))).toBeCloseTo(115 - (11.5 - 2), 4);
    expect(toMonths(80, contract({ ageUnit: "months" }))).toBe(80);
  });
});

test("a mark that Windows editors put first is no reason to refuse", () => {
  expect(parseManifestText('\ufeff{"formatVersion": 1}', "c.json")).toEqual({ formatVersion: 1 });
});

describe("kinds of models", () => {
  const mask: Manifest = {
    kind: "hand_mask",
    inputSize: [1, 512, 512],
    fit: "pad",
    resize: "linear",
    normalise: "interval",
    maskThreshold: 0.25,
    maskSeedThreshold: 0.99,
  };
  const merged = (manifest: Manifest) => mergeManifests([{ origin: "test", manifest }]).manifest;

  test("a manifest that states no kind is a bone-age model's", () => {
    expect(contract().kind).toBe("bone_age");
  });

  test("a hand-mask model has the picture part and its own output, nothing of bone ages", () => {
    expect(missingFields(merged({ kind: "hand_mask" }))).toEqual([
      "inputSize",
      "fit",
      "resize",
      "normalise",
      "maskThreshold",
      "maskSeedThreshold",
    ]);
    const complete = completeContract(merged(mask), "m.pt", "hand_mask");
    expect(complete).toMatchObject({
      ...mask,
      maskNeeded: false,
      maskCropSize: -1,
      subtractBackground: false,
      maskViews: "one",
    });
    expect(Object.keys(complete)).not.toContain("biasSlope");
    expect(imagePlan(complete, { flip: false, rotationAngle: 0 })).toMatchObject({
      height: 512,
      fit: "pad",
      background: "none",
      maskCropSize: -1,
    });
    expect(normalisation(complete).method).toBe("interval");
  });

  test("a model of another kind is refused, and so is a field of another kind", () => {
    expect(() => completeContract(merged(mask), "m.pt")).toThrow(
      expect.objectContaining({
        code: "ERR_DEEPLASIA_MODEL_KIND",
        message: "m.pt is a hand-mask model, but a bone-age model is needed here",
      }),
    );
    expect(() => completeContract(merged({ ...mask, ageUnit: "z" }), "m.pt", "hand_mask")).toThrow(
      /m\.pt has ageUnit, which a hand-mask model does not have/,
    );
  });
});
