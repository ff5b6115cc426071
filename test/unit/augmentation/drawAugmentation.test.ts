/** The drawn distributions against the ranges that the reference's training states. */
import { describe, expect, test } from "vitest";
import { type DrawnView, drawAugmentation } from "../../../src/augmentation/drawAugmentation.js";
import { augmentationSettings } from "../../../src/options/train/dataSettings.js";
import { Random } from "../../../src/random.js";
import {
  correlation,
  deviationOfShare,
  distanceFromUniform,
  mean,
  rareDistance,
  variance,
} from "../../helpers/statistics.js";

const COUNT = 20_000;

function draws(options: Record<string, unknown> = {}, epoch = 0): DrawnView[] {
  const parsed = augmentationSettings.parse(options);
  return Array.from({ length: COUNT }, (_, row) =>
    drawAugmentation(parsed, new Random("augmentation", 42, epoch, row)),
  );
}

const all = draws();
const sharpened = all.flatMap(({ augmentation: { sharpening } }) => sharpening ?? []);
const clipLimits = all.flatMap(({ augmentation: { claheClipLimit } }) => claheClipLimit ?? []);
const gammas = all.flatMap(({ augmentation: { gammaPercent } }) => gammaPercent ?? []);

function expectUniform(values: number[], low: number, high: number): void {
  expect(Math.min(...values)).toBeGreaterThanOrEqual(low);
  expect(Math.max(...values)).toBeLessThanOrEqual(high);
  const sd = (high - low) / Math.sqrt(12);
  expect(Math.abs(mean(values) - (low + high) / 2)).toBeLessThan((4 * sd) / Math.sqrt(values.length));
  // A uniform law's fourth moment is 1.8 variances squared.
  expect(Math.abs(variance(values) / sd ** 2 - 1)).toBeLessThan(4 * Math.sqrt(0.8 / values.length));
  expect(distanceFromUniform(values, low, high)).toBeLessThan(rareDistance(values.length));
}

function expectShare(count: number, p: number): void {
  expect(Math.abs(count / COUNT - p)).toBeLessThan(4 * deviationOfShare(p, COUNT));
}

const FIELDS: [name: string, of: (view: DrawnView) => number, low: number, high: number][] = [
  ["rotation", (view) => view.rotationAngle, -30, 30],
  ["scale x", ({ augmentation }) => augmentation.scaleX, 0.8, 1.25],
  ["scale y", ({ augmentation }) => augmentation.scaleY, 0.8, 1.25],
  ["translation x", ({ augmentation }) => augmentation.translateX, -0.2, 0.2],
  ["translation y", ({ augmentation }) => augmentation.translateY, -0.2, 0.2],
  ["shear x", ({ augmentation }) => augmentation.shearX, -10, 10],
  ["shear y", ({ augmentation }) => augmentation.shearY, -10, 10],
];

describe("defaults", () => {
  test.each(FIELDS)("%s is uniform", (_, of, low, high) => expectUniform(all.map(of), low, high));

  test("alpha, lightness and clip limit are uniform", () => {
    expectUniform(
      sharpened.map(({ alpha }) => alpha),
      0.5,
      0.75,
    );
    expectUniform(
      sharpened.map(({ lightness }) => lightness),
      0.5,
      1,
    );
    expectUniform(clipLimits, 1, 3);
  });

  test("flip, sharpening and contrast have their chances", () => {
    expectShare(all.filter(({ flip }) => flip).length, 0.5);
    expectShare(sharpened.length, 0.2);
    expectShare(clipLimits.length, 2 / 3);
    expect(clipLimits.length + gammas.length).toBe(COUNT);
    expect(
      all.every(({ augmentation: a }) => (a.claheClipLimit === null) !== (a.gammaPercent === null)),
    ).toBe(true);
  });

  test("gamma is a whole percent from 70 to 130, each as often", () => {
    expect(new Set(gammas)).toEqual(new Set(Array.from({ length: 61 }, (_, i) => 70 + i)));
    // Chi squared with 60 degrees of freedom: mean 60, standard deviation sqrt(120).
    const expected = gammas.length / 61;
    const counts = Array.from({ length: 61 }, (_, i) => gammas.filter((gamma) => gamma === 70 + i).length);
    const chiSquared = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    expect(Math.abs(chiSquared - 60)).toBeLessThan(4 * Math.sqrt(120));
  });

  test("no parameter knows of another, of the row before, or of the epoch before", () => {
    const next = draws({}, 1);
    const limit = 4.5 / Math.sqrt(COUNT - 1);
    for (const [i, [, of]] of FIELDS.entries()) {
      const values = all.map(of);
      for (const [, other] of FIELDS.slice(i + 1))
        expect(Math.abs(correlation(values, all.map(other)))).toBeLessThan(limit);
      expect(Math.abs(correlation(values.slice(1), values.slice(0, -1)))).toBeLessThan(limit);
      expect(Math.abs(correlation(values, next.map(of)))).toBeLessThan(limit);
    }
  });
});

describe("options", () => {
  test("set each range and chance", () => {
    const views = draws({
      ...{
        flip_p: 0.9,
        rotation_range: 5,
        translate_perc: 0.05,
        zoom_in: 0.5,
        zoom_out: 0.5,
        shear_angle: 2,
      },
      ...{ sharpen_p: 0.6, clae_p: 4.5, contrast_gamma: 10, augmentation: "fast" },
    });
    const ranges = [
      [-5, 5],
      [0.5, 2],
      [0.5, 2],
      [-0.05, 0.05],
      [-0.05, 0.05],
      [-2, 2],
      [-2, 2],
    ];
    for (const [i, [, of]] of FIELDS.entries()) expectUniform(views.map(of), ranges[i]![0]!, ranges[i]![1]!);
    expectShare(views.filter(({ flip }) => flip).length, 0.9);
    expectShare(views.filter(({ augmentation }) => augmentation.sharpening !== null).length, 0.6);
    expectShare(views.filter(({ augmentation }) => augmentation.claheClipLimit !== null).length, 0.9);
    const percents = views.flatMap(({ augmentation }) => augmentation.gammaPercent ?? []);
    expect([Math.min(...percents), Math.max(...percents)]).toEqual([90, 110]);
    expect(views.every(({ augmentation }) => augmentation.onePass)).toBe(true);
  });

  test("switching one step off leaves the others as they were", () => {
    const plain = draws({ flip_p: 0, sharpen_p: 0, clae_p: 0 });
    for (const [, of] of FIELDS) expect(plain.map(of)).toEqual(all.map(of));
    expect(plain.some(({ flip, augmentation }) => flip || augmentation.sharpening !== null)).toBe(false);
  });

  test("old_aug has no step of contrast; the reference has a gamma of 1 there", () => {
    const oldAug = { rotation_range: 30, shear_angle: 5, contrast_gamma: 0, sharpen_p: 0, clae_p: 0 };
    for (const { augmentation } of draws(oldAug))
      expect(augmentation).toMatchObject({ sharpening: null, claheClipLimit: null, gammaPercent: null });
    for (const { augmentation } of draws({ ...oldAug, reference_training: true }))
      expect(augmentation).toMatchObject({ sharpening: null, claheClipLimit: null, gammaPercent: 100 });
  });

  test.each([
    ["zoom_out", 1],
    ["zoom_in", -0.1],
    ["flip_p", 1.01],
    ["contrast_gamma", 0.5],
    ["rotation_range", Number.NaN],
    ["clae_p", -1],
  ])("%s cannot be %d", (name, value) => {
    expect(augmentationSettings.safeParse({ [name]: value }).success).toBe(false);
  });
});
