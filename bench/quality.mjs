/**
 * `node bench/quality.mjs [PICTURES]`: how often the quality checks (src/quality) find what is wrong. It draws hard phantoms that no
 * model has seen, does to them what each check looks for, and prints for each fact the value at 1 % false alarms with the
 * sensitivity there, and both for the thresholds that are in use. Where there are real radiographs (DEEPLASIA_TEST_DATA) their
 * flags are counted.
 */
import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import sharp from "sharp";
import { decodePicture } from "../dist/image/decodePicture.js";
import { BUNDLED_MASK_MODEL } from "../dist/model/bundled.js";
import { loadHandMaskModel } from "../dist/model/loadHandMaskModel.js";
import { native } from "../dist/native.js";
import { flagsOf } from "../dist/quality/flags.js";
import { qualityFacts } from "../dist/quality/qualityFacts.js";
import { smallView } from "../dist/quality/smallView.js";
import { root } from "../scripts/steps.mjs";

const COUNT = Number(process.argv[2] ?? 200);
const SEED = 2_000_003;

const raw = (data, width, height) => ({ data, width, height, channels: 1, depth: 8, luma: "png" });
const image = ({ data, width, height }) =>
  sharp(data, { raw: { width, height, channels: 1 } }).toColourspace("b-w");
async function taken(pipeline) {
  const { data, info } = await pipeline.toColourspace("b-w").raw().toBuffer({ resolveWithObject: true });
  return raw(new Uint8Array(data), info.width, info.height);
}

async function plate(index) {
  const drawn = await native().drawPhantom({
    ...{ seed: SEED, index, maleShare: 0.5, minAgeMonths: 4, maxAgeMonths: 222 },
    ...{ sizes: [400], depth: "8", hard: true },
  });
  const { width, height } = drawn;
  return { picture: raw(drawn.image, width, height), mask: raw(drawn.mask, width, height) };
}

/** The facts that the checks see: of the mask that the model finds. */
async function seen(model, picture) {
  const hand = await model.find(picture);
  if (hand === null) return null;
  const { width, height } = picture;
  const facts = qualityFacts(await smallView(picture, raw(hand.mask, width, height)));
  return { ...facts, confidence: hand.confidence, elsewhere: hand.elsewhere };
}

const mapped = (picture, change) => ({ ...picture, data: picture.data.map(change) });

/** Cuts away the side to which the fingers point, through a third of the hand. */
async function cutFingers({ picture, mask }, angle) {
  const lit = [...mask.data.keys()].filter((i) => mask.data[i] > 127);
  const [xs, ys] = [lit.map((i) => i % mask.width), lit.map((i) => Math.floor(i / mask.width))];
  const least = (values) => values.reduce((a, b) => Math.min(a, b));
  const most = (values) => values.reduce((a, b) => Math.max(a, b));
  let [left, top, right, bottom] = [0, 0, picture.width, picture.height];
  const [w, h] = [most(xs) - least(xs), most(ys) - least(ys)];
  if (Math.abs(angle) <= 45) top = Math.round(least(ys) + h / 3);
  else if (Math.abs(angle) >= 135) bottom = Math.round(most(ys) - h / 3);
  else if (angle > 0) right = Math.round(most(xs) - w / 3);
  else left = Math.round(least(xs) + w / 3);
  return taken(image(picture).extract({ left, top, width: right - left, height: bottom - top }));
}

async function beside(one, other) {
  const height = Math.max(one.height, other.height);
  const canvas = sharp({
    create: { width: one.width + other.width, height, channels: 3, background: "black" },
  });
  const tiles = await Promise.all([one, other].map((each) => image(each).png().toBuffer()));
  const placed = tiles.map((input, i) => ({ input, left: i * one.width, top: 0 }));
  return taken(sharp(await canvas.composite(placed).png().toBuffer()).removeAlpha());
}

/** The corner of a plate that is farthest from the hand, where it shows none of it. */
async function without({ picture, mask }) {
  const [width, height] = [Math.floor(picture.width / 3), Math.floor(picture.height / 3)];
  for (const left of [0, picture.width - width])
    for (const top of [0, picture.height - height]) {
      const part = await taken(image(mask).extract({ left, top, width, height }));
      if (part.data.every((value) => value < 128))
        return taken(image(picture).extract({ left, top, width, height }));
    }
  return null;
}

const collected = new Map();
/** `value`: high where the check should raise its flag. */
function note(check, isPositive, value) {
  const both = collected.get(check) ?? { negatives: [], positives: [] };
  (isPositive ? both.positives : both.negatives).push(value ?? Number.POSITIVE_INFINITY);
  collected.set(check, both);
}

const model = await loadHandMaskModel(BUNDLED_MASK_MODEL);
const flagged = new Map();
let whole = null;
for (let index = 0; index < COUNT; index++) {
  const { picture, mask } = await plate(index);
  const truth = qualityFacts(await smallView(picture, mask));
  const found = await seen(model, picture);
  const confidenceOf = (facts) => (facts === null ? Number.POSITIVE_INFINITY : -facts.confidence);
  note("no_hand", false, confidenceOf(found));
  const empty = await without({ picture, mask });
  if (empty !== null) note("no_hand", true, confidenceOf(await seen(model, empty).catch(() => null)));
  if (found === null) continue;
  for (const flag of flagsOf(found)) flagged.set(flag, (flagged.get(flag) ?? 0) + 1);
  note("several_hands", false, found.elsewhere);
  if (whole !== null)
    note("several_hands", true, (await seen(model, await beside(whole, picture)))?.elsewhere);
  whole = picture;
  if (truth.cut === 0) note("hand_cut", false, found.cut);
  note("hand_cut", true, (await seen(model, await cutFingers({ picture, mask }, truth.angle)))?.cut);
  const turned = await seen(
    model,
    mapped(picture, (value) => 255 - value),
  );
  if (Math.abs(truth.contrast) > 0.05) {
    note("inverted", truth.contrast < 0, -found.contrast);
    note("inverted", truth.contrast > 0, -(turned?.contrast ?? 0));
  }
  const [angle, own] = [Math.abs(truth.angle), Math.abs(found.angle)];
  if (angle <= 20 || angle >= 40) note("rotated", angle >= 40, own);
  if (angle <= 140 || angle >= 160) note("upside_down", angle >= 160, own);
  note("low_contrast", false, -found.range);
  const flat = await seen(
    model,
    mapped(picture, (value) => 100 + Math.round(value / 16)),
  );
  note("low_contrast", true, flat === null ? undefined : -flat.range);
  note("saturated", false, found.saturated);
  const top = [...picture.data.keys()]
    .filter((i) => mask.data[i] > 127)
    .map((i) => picture.data[i])
    .sort((a, b) => a - b);
  const clip = Math.max(1, top[Math.floor(top.length * 0.5)]);
  const burnt = await seen(
    model,
    mapped(picture, (value) => Math.min(255, Math.round((value * 255) / clip))),
  );
  note("saturated", true, burnt?.saturated);
  note("mask_too_large", false, found.area);
  note("mask_too_small", false, -found.area);
}

const { THRESHOLDS } = await import("../dist/quality/thresholds.js");
const rate = (values, least) => values.filter((value) => value > least).length / values.length;
const percent = (share) => `${(100 * share).toFixed(1)} %`;
console.log(
  "check            threshold at 1 %   sensitivity   in use   false alarms   sensitivity   pictures",
);
for (const [check, { negatives, positives }] of collected) {
  const sorted = negatives.toSorted((a, b) => a - b);
  const at = sorted[Math.min(sorted.length - 1, Math.ceil(0.99 * sorted.length) - 1)];
  const { sign, limit } = THRESHOLDS[check];
  const used = sign * limit;
  const cells = [check.padEnd(16), (sign * at).toFixed(3), percent(rate(positives, at)), String(limit)];
  console.log(
    [
      ...cells,
      percent(rate(negatives, used)),
      percent(rate(positives, used)),
      `${negatives.length}+${positives.length}`,
    ].join("   "),
  );
}
console.log("flags of the plates as drawn:", Object.fromEntries(flagged));

const folder = join(resolve(root, process.env.DEEPLASIA_TEST_DATA ?? "../shared"), "radiographs/images");
for (const part of existsSync(folder) ? readdirSync(folder) : []) {
  for (const name of readdirSync(join(folder, part)).sort()) {
    const picture = await decodePicture(join(folder, part, name), { role: "image" });
    const facts = await seen(model, picture).catch(() => null);
    const flags = facts === null ? ["no_hand"] : flagsOf(facts);
    if (flags.length > 0 || part === "clinic") console.log(`${part}/${name}: ${flags.join(";") || "fine"}`);
  }
}
await model.dispose();
