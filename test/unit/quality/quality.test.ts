/** The quality checks on drawn hands, of which all is known. */
import { describe, expect, test } from "vitest";
import type { RawPicture } from "../../../src/native.js";
import { flagsOf } from "../../../src/quality/flags.js";
import { orientationOf } from "../../../src/quality/orientation.js";
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
const known = async (...drawing: Parameters<typeof drawn>) =>
  (await facts(...drawing)) as Required<QualityFacts>;

describe("facts", () => {
  test.each([0, 20, 45, 90, 135, 180, -90, -30])(
    "the direction of the fingers, turned by %d degrees",
    async (degrees) => {
      const { angle } = await known(turned(hand, degrees), shaded, 10);
      const off = ((((angle - degrees) % 360) + 540) % 360) - 180;
      expect(Math.abs(off)).toBeLessThan(10);
    },
  );

  test("the share of the mask", async () => {
    const { area } = await known((x) => x < 0.25, shaded, 10);
    expect(area).toBeCloseTo(0.25, 1);
  });

  test("grey values, of 8 and 16 bits alike", async () => {
    const [narrow, wide] = [
      await known(hand, shaded, 10),
      await known(hand, (x, y) => 257 * shaded(x, y), 2570, 16),
    ];
    expect(wide.contrast).toBeCloseTo(narrow.contrast, 3);
    expect(wide.range).toBeCloseTo(narrow.range, 3);
    expect(narrow.contrast).toBeGreaterThan(0.3);
    expect((await known(hand, (x, y) => 255 - shaded(x, y), 245)).contrast).toBeLessThan(-0.3);
  });

  test("of a picture without a mask: the range of its grey values alone", async () => {
    const picture: RawPicture = {
      ...{ width: 100, height: 100, channels: 1, depth: 8, luma: "png" },
      data: Uint8Array.from({ length: 100 * 100 }, (_, i) => 100 + (i % 100)),
    };
    const facts = qualityFacts(await smallView(picture, null));
    expect(Object.keys(facts)).toEqual(["range"]);
    expect(facts.range).toBeCloseTo(90 / 255, 1);
    const flat = { ...picture, data: picture.data.map((value) => 100 + Math.round(value / 20)) };
    expect(flagsOf(qualityFacts(await smallView(flat, null)))).toEqual(["low_contrast"]);
  });
});

describe("flags", () => {
  test("there are none of an upright, well exposed hand", async () => {
    expect(flagsOf({ ...(await facts(hand, shaded, 10)), confidence: 0.97, elsewhere: 0 })).toEqual([]);
  });

  test.each<[string, () => Promise<QualityFacts>]>([
    ["rotated", () => facts(turned(hand, 60), shaded, 10)],
    ["upside_down", () => facts(turned(hand, 178), shaded, 10)],
    ["hand_cut", () => facts((x, y) => hand(0.5 + (x - 0.5) / 2, 0.5 + y / 2), shaded, 10)],
    ["inverted", () => facts(hand, (x, y) => 255 - shaded(x, y), 245)],
    ["low_contrast", () => facts(hand, (x, y) => 100 + Math.round(shaded(x, y) / 20), 10)],
    ["saturated", () => facts(hand, (x, y) => Math.min(255, 2.4 * shaded(x, y)), 10)],
    ["mask_too_small", () => facts((x, y) => Math.hypot(x - 0.5, y - 0.5) < 0.03, shaded, 10)],
  ])("%s", async (flag, measured) => {
    expect(flagsOf(await measured())).toContain(flag);
  });

  test("what only the model that made the mask knows", async () => {
    const own = await facts(hand, shaded, 10);
    expect(flagsOf({ ...own, confidence: 0.2, elsewhere: 0 })).toEqual(["no_hand"]);
    expect(flagsOf({ ...own, confidence: 0.97, elsewhere: 0.9 })).toEqual(["several_hands"]);
    // A disc has no gaps as those between fingers.
    const disc = await facts((x, y) => Math.hypot(x - 0.5, y - 0.5) < 0.2, shaded, 10);
    expect(flagsOf({ ...disc, confidence: 0.97, elsewhere: 0 })).toContain("no_hand");
    expect(flagsOf(disc)).not.toContain("no_hand");
  });

  test("a wrist at the border is not a cut hand, wherever it lies", async () => {
    for (const degrees of [0, 90, 180, 270])
      expect(flagsOf(await facts(turned(hand, degrees), shaded, 10))).not.toContain("hand_cut");
  });
});

describe("what surely puts a picture right", () => {
  test.each<[number, string[]]>([
    [0, []],
    [10, []],
    [90, ["270"]],
    [180, ["180"]],
    [-170, ["180"]],
    [-90, ["90"]],
    [45, []],
  ])("fingers that point %d degrees aside", async (degrees, turn) => {
    expect(orientationOf(await facts(turned(hand, degrees), shaded, 10))).toEqual(turn);
  });

  test("dark bone", async () => {
    expect(orientationOf(await facts(hand, (x, y) => 255 - shaded(x, y), 245))).toEqual(["inverted"]);
  });

  test("nothing of a shape without fingers, and without a mask", async () => {
    const disc: Shape = (x, y) => Math.hypot(x - 0.5, y - 0.4) < 0.2;
    expect(orientationOf(await facts(disc, shaded, 10))).toEqual([]);
    expect(orientationOf({})).toEqual([]);
  });
});
