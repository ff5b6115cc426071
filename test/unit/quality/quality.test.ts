/** The quality checks on drawn hands, of which all is known. */
import { describe, expect, test } from "vitest";
import type { RawPicture } from "../../../src/native.js";
import { flagsOf } from "../../../src/quality/flags.js";
import { type QualityFacts, qualityFacts } from "../../../src/quality/qualityFacts.js";
import { smallView } from "../../../src/quality/smallView.js";

const SIDE = 200;
type Shape = (x: number, y: number) => boolean;

/** A hand in a unit square, fingers up: a forearm from the lower border, a palm, and five fingers. */
const hand: Shape = (x, y) => {
  const forearm = Math.abs(x - 0.5) < 0.1 && y > 0.7;
  const palm = Math.hypot(x - 0.5, y - 0.62) < 0.16;
  const finger = [0.37, 0.45, 0.53, 0.61].some((at) => Math.abs(x - at) < 0.025) && y > 0.2 && y < 0.6;
  return forearm || palm || finger;
};

/** The shape turned clockwise round the middle of the picture. */
function turned(shape: Shape, degrees: number): Shape {
  const [sin, cos] = [Math.sin((degrees * Math.PI) / 180), Math.cos((degrees * Math.PI) / 180)];
  return (x, y) => {
    const [dx, dy] = [x - 0.5, y - 0.5];
    return shape(0.5 + cos * dx + sin * dy, 0.5 - sin * dx + cos * dy);
  };
}

function drawn(shape: Shape, inside: (x: number, y: number) => number, outside: number, depth: 8 | 16 = 8) {
  const grey = depth === 8 ? new Uint8Array(SIDE * SIDE) : new Uint16Array(SIDE * SIDE);
  const marks = new Uint8Array(SIDE * SIDE);
  for (let i = 0; i < grey.length; i++) {
    const [x, y] = [(i % SIDE) / SIDE, Math.floor(i / SIDE) / SIDE];
    marks[i] = shape(x, y) ? 255 : 0;
    grey[i] = shape(x, y) ? inside(x, y) : outside;
  }
  const raw = { width: SIDE, height: SIDE, channels: 1, luma: "png" } as const;
  const bytes = new Uint8Array(grey.buffer);
  const picture: RawPicture = { ...raw, data: bytes, depth };
  const mask = { ...raw, data: marks, depth: 8, notes: [], orientation: 1 } as const;
  return smallView(picture, mask);
}

/** Grey values of a hand that is neither flat nor burnt. */
const shaded = (x: number, y: number) => 120 + Math.round(80 * Math.sin(9 * x) * Math.cos(7 * y));
const facts = async (...drawing: Parameters<typeof drawn>) => qualityFacts(await drawn(...drawing));

describe("facts", () => {
  test.each([0, 20, 45, 90, 135, 180, -90, -30])(
    "the direction of the fingers, turned by %d degrees",
    async (degrees) => {
      const { angle } = await facts(turned(hand, degrees), shaded, 10);
      const off = ((((angle - degrees) % 360) + 540) % 360) - 180;
      expect(Math.abs(off)).toBeLessThan(10);
    },
  );

  test("the share of the mask", async () => {
    const { area } = await facts((x) => x < 0.25, shaded, 10);
    expect(area).toBeCloseTo(0.25, 1);
  });

  test("grey values, of 8 and 16 bits alike", async () => {
    const [narrow, wide] = [
      await facts(hand, shaded, 10),
      await facts(hand, (x, y) => 257 * shaded(x, y), 2570, 16),
    ];
    expect(wide.contrast).toBeCloseTo(narrow.contrast, 3);
    expect(wide.range).toBeCloseTo(narrow.range, 3);
    expect(narrow.contrast).toBeGreaterThan(0.3);
    expect((await facts(hand, (x, y) => 255 - shaded(x, y), 245)).contrast).toBeLessThan(-0.3);
  });
});

describe("flags", () => {
  test("there are none of an upright, well exposed hand", async () => {
    expect(flagsOf({ ...(await facts(hand, shaded, 10)), confidence: 0.97, elsewhere: 0 })).toEqual([]);
  });

  test.each<[string, () => Promise<QualityFacts>]>([
    ["rotated", () => facts(turned(hand, 60), shaded, 10)],
    ["upside_down", () => facts(turned(hand, 178), shaded, 10)],
    ["hand_cut", () => facts((x, y) => hand(x, y + 0.35), shaded, 10)],
    ["inverted", () => facts(hand, (x, y) => 255 - shaded(x, y), 245)],
    ["low_contrast", () => facts(hand, (x, y) => 100 + Math.round(shaded(x, y) / 20), 10)],
    ["saturated", () => facts(hand, (x, y) => Math.min(255, 2.4 * shaded(x, y)), 10)],
    ["mask_too_small", () => facts((x, y) => Math.hypot(x - 0.5, y - 0.5) < 0.03, shaded, 10)],
  ])("%s", async (flag, measured) => {
    expect(flagsOf(await measured())).toContain(flag);
  });

  test("what only the model that made the mask knows", async () => {
    const known = await facts(hand, shaded, 10);
    expect(flagsOf({ ...known, confidence: 0.5, elsewhere: 0 })).toEqual(["no_hand"]);
    expect(flagsOf({ ...known, confidence: 0.97, elsewhere: 0.9 })).toEqual(["several_hands"]);
  });
});
