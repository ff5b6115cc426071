import { describe, expect, test } from "vitest";
import { requireAugmentable, trainingPlan } from "../../../src/augmentation/trainingPlan.js";
import type { PlanFields } from "../../../src/image/imagePlan.js";
import { imagePlan } from "../../../src/image/imagePlan.js";
import { augmentationSettings } from "../../../src/options/train/dataSettings.js";
import { UNCHANGED } from "../../helpers/chain.js";

const contract: PlanFields = {
  inputSize: [1, 64, 48],
  fit: "centre-square",
  resize: "linear",
  normalise: "zscore",
  maskCropSize: 1.15,
  subtractBackground: true,
};
const view = { flip: true, rotationAngle: 7 };
const drawn = { ...view, augmentation: UNCHANGED };
const background = (changed: Partial<PlanFields>, reference_training: boolean) =>
  trainingPlan({ ...contract, ...changed }, drawn, { reference_training }).background;

describe("trainingPlan", () => {
  test("is prediction's plan on 8-bit grey, with what was drawn", () => {
    expect(trainingPlan(contract, drawn, { reference_training: false })).toEqual({
      ...imagePlan(contract, view),
      depth: "8bit",
      augmentation: UNCHANGED,
    });
  });

  test("subtracts as prediction does, or as the reference's training where that is asked for", () => {
    expect(background({}, false)).toBe("percentile");
    expect(background({}, true)).toBe("reference-training");
    expect(background({ normalise: "interval" }, false)).toBe("percentile");
    expect(background({ normalise: "interval" }, true)).toBe("none");
    expect(background({ subtractBackground: false }, true)).toBe("none");
  });
});

describe("requireAugmentable", () => {
  const check = (changed: Partial<PlanFields>, options: Record<string, unknown> = {}) =>
    requireAugmentable({ ...contract, ...changed }, augmentationSettings.parse(options));

  test("refuses CLAHE on equalised pictures and one sampling instead of area means", () => {
    expect(() => check({ normalise: "equalize" })).toThrow(/CLAHE/);
    expect(() => check({ resize: "area" }, { augmentation: "fast" })).toThrow(/fast.*"area"/);
    check({ normalise: "equalize" }, { clae_p: 0 });
    check({ resize: "area" });
    check({}, { augmentation: "fast" });
  });
});
