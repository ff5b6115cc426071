import { describe, expect, it } from "vitest";
import { DeeplasiaError } from "../../../src/errors.js";
import { requireSexModel } from "../../../src/inference/sexModel.js";
import { sexOf } from "../../../src/inference/stages/predictSex.js";
import type { BoneAgeModel } from "../../../src/model/boneAgeModel.js";
import { loadModel } from "../../../src/model/loadModel.js";
import { modelFile } from "../../helpers/model.js";

describe("the sex that an output means", () => {
  it.each([
    [3, "M"],
    [1e-3, "M"],
    [0, "F"],
    [-1e-3, "F"],
    [Number.POSITIVE_INFINITY, "M"],
    [Number.NEGATIVE_INFINITY, "F"],
  ] as const)("logit %d: %s, male above a probability of 0.5", (sexLogit, sex) => {
    // The age of such a model need not mean anything.
    expect(sexOf({ age: Number.NaN, sexLogit })).toBe(sex);
  });

  it("is none for NaN and for a picture that the model cannot take", () => {
    expect(sexOf({ age: 1, sexLogit: Number.NaN })).toMatchObject({ code: "ERR_DEEPLASIA_NOT_FINITE" });
    const error = new DeeplasiaError("ERR_DEEPLASIA_IMAGE_BLANK", "one grey value", { file: "a.png" });
    expect(sexOf(error)).toMatchObject({
      code: "ERR_DEEPLASIA_IMAGE_BLANK",
      message: "the sex cannot be predicted: one grey value",
      file: "a.png",
    });
  });
});

describe("a model that is to tell the sex", () => {
  async function check(name: string): Promise<string> {
    const model: BoneAgeModel = await loadModel(modelFile(name));
    try {
      await requireSexModel(model);
      return "fit";
    } catch (error) {
      expect(error).toMatchObject({ code: "ERR_DEEPLASIA_CONTRACT", file: modelFile(name) });
      return (error as Error).message;
    } finally {
      await model.dispose();
    }
  }

  it("has a sex head that looks at the picture alone", async () => {
    expect(await check("tells-sex")).toBe("fit");
    expect(await check("tuple-age-sex")).toMatch(/depends on the sex that the network is given/);
    expect(await check("mean-plus-sex")).toMatch(/no sex head/);
  });
});
