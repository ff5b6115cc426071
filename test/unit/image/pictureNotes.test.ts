import { expect, test } from "vitest";
import { notesOfChain, PictureNotes } from "../../../src/image/pictureNotes.js";
import { sampled } from "../../../src/image/sampledPixels.js";
import type { RawPicture } from "../../../src/native.js";
import { plainPlan, runChain } from "../../helpers/chain.js";

const SIDE = 20;
const grid = (value: (x: number, y: number) => boolean) =>
  Uint8Array.from({ length: SIDE * SIDE }, (_, i) => (value(i % SIDE, Math.floor(i / SIDE)) ? 255 : 0));
const grey = (data: Uint8Array, depth: 8 | 16 = 8) =>
  ({ data, width: SIDE, height: SIDE, channels: 1, depth, luma: "png" }) as const;
const picture = grey(Uint8Array.from({ length: SIDE * SIDE }, (_, i) => 50 + (i % 9)));

const kindsOf = async (mask: Uint8Array) => {
  const { facts } = await runChain(picture, grey(mask), plainPlan(SIDE, SIDE));
  return notesOfChain(facts).map(({ kind }) => kind);
};

test("masks that cannot mark a hand cause a note, masks of hands do not", async () => {
  expect(await kindsOf(grid((x, y) => x > 5 && x < 14 && y > 3))).toEqual([]);
  // A close crop: a hand that reaches every side.
  expect(await kindsOf(grid((x, y) => (x > 4 && x < 15) || (y > 4 && y < 15)))).toEqual([]);
  expect(await kindsOf(grid(() => true))).toEqual(["mask-of-all"]);
  expect(await kindsOf(grid((x, y) => !(x > 5 && x < 14 && y > 3)))).toEqual(["mask-of-border"]);
  expect(await kindsOf(grid((x, y) => x === 7 && y === 9))).toEqual(["mask-of-little"]);
});

test("masks of labels or greys and negatives cause a note; soft edges and lossy compression do not", () => {
  const hand = (x: number, y: number) => x > 5 && x < 14 && y > 3;
  const levels = (levelOf: (x: number, y: number) => number) =>
    grey(Uint8Array.from({ length: SIDE * SIDE }, (_, i) => levelOf(i % SIDE, Math.floor(i / SIDE))));
  const film = levels((x, y) => (hand(x, y) ? 150 : 10));
  const facts = { width: SIDE, height: SIDE, percentile: Number.NaN, highest: Number.NaN, min: 0, max: 1 };
  const kinds = (picture: RawPicture, mask: RawPicture) =>
    notesOfChain({ ...facts, maskShare: 0.4, maskBorder: 0.1 }, sampled(picture, mask)).map(
      ({ kind }) => kind,
    );
  const mask = levels((x, y) => (hand(x, y) ? 255 : 0));
  expect(kinds(film, mask)).toEqual([]);
  const noisy = levels((x, y) => (hand(x, y) ? 255 - ((x * y) % 13) : (x * y) % 11));
  expect(kinds(film, noisy)).toEqual([]);
  expect(
    kinds(
      film,
      levels((x, y) => (hand(x, y) ? (y > 10 ? 1 : 2) : 0)),
    ),
  ).toEqual(["mask-of-labels"]);
  expect(
    kinds(
      film,
      levels((x, y) => (hand(x, y) ? (y > 10 ? 1 : 255) : 0)),
    ),
  ).toEqual(["mask-of-labels"]);
  expect(
    kinds(
      film,
      levels((x, y) => (hand(x, y) ? 90 + 8 * x + y : y)),
    ),
  ).toEqual(["mask-of-greys"]);
  expect(
    kinds(
      levels((x, y) => (hand(x, y) ? 60 : 220)),
      mask,
    ),
  ).toEqual(["negative"]);
  expect(sampled(film, { ...mask, width: SIDE / 2, height: 2 * SIDE })).toBeNull();
});

test("a 16-bit picture with few grey levels causes a note if it is cut to 8 bits", async () => {
  const deep = (highest: number) => {
    const values = Uint16Array.from({ length: SIDE * SIDE }, (_, i) => (i % 2 === 0 ? highest : 0));
    return grey(new Uint8Array(values.buffer), 16);
  };
  const cut = { ...plainPlan(SIDE, SIDE), depth: "8bit" } as const;
  const notes = async (highest: number, plan = cut as ReturnType<typeof plainPlan>) =>
    notesOfChain((await runChain(deep(highest), null, plan)).facts).map(({ text }) => text);
  expect(await notes(65_535)).toEqual([]);
  expect(await notes(4095)).toEqual([expect.stringMatching(/above 4095 of 65535, .* 16 grey levels/)]);
  expect(await notes(4095, plainPlan(SIDE, SIDE))).toEqual([]);
  await expect(notes(200)).rejects.toThrow(/the highest value .* is 200 of 65535/);
});

test("the first note of a kind is logged, the others are counted", () => {
  const lines: string[] = [];
  const notes = new PictureNotes({ info() {}, error() {}, warn: (line: string) => lines.push(line) });
  const page = { kind: "pages", text: "only page 1 of 2 is read" } as const;
  for (const file of ["a.tif", "b.tif", "c.tif"]) notes.add(file, [page]);
  notes.add(undefined, [{ kind: "transparent", text: "it is transparent" }]);
  notes.sum();
  expect(lines).toEqual([
    "a.tif: only page 1 of 2 is read",
    "the picture: it is transparent",
    "3 pictures in all: only one of several pages is read",
  ]);
});
