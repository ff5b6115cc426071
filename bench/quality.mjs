/**
 * `node bench/quality.mjs [PICTURES]`: the limits of the quality checks (src/quality/thresholds.ts) and what they are worth. It draws
 * hard phantoms that no model has seen, does to them what each check looks for, and prints for each check the limit of 1 % false
 * alarms on one half, and false alarms and sensitivity on the other half with that limit and with the one in use; then how many
 * pictures `--auto-orient` rights and spoils. Where there are real radiographs (DEEPLASIA_TEST_DATA) their flags are listed.
 */
import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { decodePicture } from "../dist/image/decodePicture.js";
import { BUNDLED_MASK_MODEL } from "../dist/model/bundled.js";
import { loadHandMaskModel } from "../dist/model/loadHandMaskModel.js";
import { comparedOf, flagsOf } from "../dist/quality/flags.js";
import { orientationOf } from "../dist/quality/orientation.js";
import { qualityFacts } from "../dist/quality/qualityFacts.js";
import { smallView } from "../dist/quality/smallView.js";
import { THRESHOLDS } from "../dist/quality/thresholds.js";
import { root } from "../scripts/steps.mjs";
import { beside, burnt, corner, cutFingers, drawPlate, flattened, inverted, turned } from "./plates.mjs";

const COUNT = Number(process.argv[2] ?? 200);
const SEEDS = { calibration: 2_000_003, measurement: 2_000_029 };

const model = await loadHandMaskModel(BUNDLED_MASK_MODEL);

/** What the checks know of a picture: facts of the mask that the model finds; null where it finds none. */
async function seen(picture) {
  const hand = await model.find(picture).catch(() => null);
  if (hand === null) return null;
  const { width, height } = picture;
  const mask = { data: hand.mask, width, height, channels: 1, depth: 8, luma: "png" };
  const facts = qualityFacts(await smallView(picture, mask));
  return { ...facts, confidence: hand.confidence, elsewhere: hand.elsewhere };
}

/** Values of each check where it should raise its flag and where not, high where it is raised. */
class Values {
  checks = new Map(Object.keys(THRESHOLDS).map((check) => [check, { negatives: [], positives: [] }]));

  note(check, isPositive, facts) {
    // Without a mask the row fails as one without a hand: that is what `no_hand` is for, and no other check is made.
    if (facts === null && check !== "no_hand") return;
    const { fact, sign } = THRESHOLDS[check];
    const value = facts === null ? undefined : comparedOf(facts)[fact];
    // What is not known raises no flag.
    const unknown = facts === null ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
    const both = this.checks.get(check);
    (isPositive ? both.positives : both.negatives).push(value === undefined ? unknown : sign * value);
  }
}

const orientation = {
  wrong: 0,
  righted: 0,
  right: 0,
  spoiled: 0,
  dark: 0,
  inverted: 0,
  light: 0,
  spoiledGreys: 0,
};
const difference = (degrees) => Math.abs((((((degrees % 360) + 540) % 360) + 360) % 360) - 180);

/** `turn` in degrees and `isInverted` are the truth. Only turns near to a quarter can be righted. */
function noteOrientation(facts, turn, isInverted) {
  const how = facts === null ? [] : orientationOf(facts);
  const by = Number(how.find((one) => one !== "inverted") ?? 0);
  const isNear = (degrees) => difference(degrees) <= 20;
  if (isNear(turn)) {
    orientation.right += 1;
    if (by !== 0) orientation.spoiled += 1;
  } else if ([90, 180, 270].some((quarter) => isNear(turn - quarter))) {
    orientation.wrong += 1;
    if (isNear(turn + by)) orientation.righted += 1;
  }
  const isTurnedOver = how.includes("inverted");
  orientation[isInverted ? "dark" : "light"] += 1;
  if (isTurnedOver) orientation[isInverted ? "inverted" : "spoiledGreys"] += 1;
}

/** The directions of the fingers that count for a check: far enough from its limit to be sure of the truth. */
function noteTurn(values, facts, turn) {
  const away = difference(turn);
  if (away <= 20 || away >= 40) values.note("rotated", away >= 40, facts);
  if (away <= 140 || away >= 160) values.note("upside_down", away >= 160, facts);
}

async function collect(seed) {
  const values = new Values();
  let before = null;
  for (let index = 0; index < COUNT; index++) {
    const plate = await drawPlate(seed, index);
    const { picture, mask, facts: truth } = plate;
    const truly = qualityFacts(await smallView(picture, mask));
    const found = await seen(picture);
    for (const check of ["no_hand", "mask_too_large", "mask_too_small"]) values.note(check, false, found);
    // Some plates are drawn pale, burnt or cut, or with a second hand: their flags are no false alarms.
    if (truly.range > 0.12) values.note("low_contrast", false, found);
    if (truly.saturated < 0.1) values.note("saturated", false, found);
    if (!truth.hasOtherHand) values.note("several_hands", false, found);
    if (truly.cut < 0.25) values.note("hand_cut", false, found);
    values.note("inverted", truth.isInverted, found);
    noteTurn(values, found, truth.turnDegrees);
    noteOrientation(found, truth.turnDegrees, truth.isInverted);
    const quarter = [90, 180, 270][index % 3];
    const aside = await seen(await turned(picture, quarter));
    noteTurn(values, aside, truth.turnDegrees + quarter);
    noteOrientation(aside, truth.turnDegrees + quarter, truth.isInverted);
    const dark = await seen(inverted(picture));
    values.note("inverted", !truth.isInverted, dark);
    noteOrientation(dark, truth.turnDegrees, !truth.isInverted);
    const empty = await corner(plate);
    if (empty !== null) values.note("no_hand", true, await seen(empty));
    if (before !== null) values.note("several_hands", true, await seen(await beside(before, picture)));
    values.note("hand_cut", true, await seen(await cutFingers(plate)));
    values.note("low_contrast", true, await seen(flattened(picture)));
    values.note("saturated", true, await seen(burnt(plate)));
    before = picture;
    if (index % 10 === 9) console.error(`${index + 1} of ${COUNT}`);
  }
  return values.checks;
}

/** The value that 1 % of the values exceed. */
function limitOf(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(0.99 * sorted.length) - 1)];
}

const rate = (values, limit) =>
  values.length === 0
    ? "-"
    : `${((100 * values.filter((value) => value > limit).length) / values.length).toFixed(1)} %`;

const calibration = await collect(SEEDS.calibration);
const measurement = await collect(SEEDS.measurement);
const rows = [
  ["check", "at 1 %", "false alarms", "sensitivity", "in use", "false alarms", "sensitivity", "pictures"],
];
for (const [check, { negatives, positives }] of measurement) {
  const { sign, limit } = THRESHOLDS[check];
  const at = limitOf(calibration.get(check).negatives);
  const measured = (value) => [rate(negatives, value), rate(positives, value)];
  const counts = `${negatives.length}+${positives.length}`;
  rows.push([
    check,
    (sign * at).toFixed(3),
    ...measured(at),
    String(limit),
    ...measured(sign * limit),
    counts,
  ]);
}
for (const row of rows) console.log(row.map((cell) => cell.padEnd(15)).join(" "));
console.log("auto-orient:", orientation);

const folder = join(resolve(root, process.env.DEEPLASIA_TEST_DATA ?? "../shared"), "radiographs/images");
for (const part of existsSync(folder) ? readdirSync(folder) : []) {
  const names = readdirSync(join(folder, part)).sort();
  let flagged = 0;
  for (const name of names) {
    const facts = await seen(await decodePicture(join(folder, part, name), { role: "image" }));
    const flags =
      facts === null ? ["no mask"] : [...flagsOf(facts), ...orientationOf(facts).map((how) => `-> ${how}`)];
    if (flags.length > 0) flagged += 1;
    if (flags.length > 0 || part === "clinic") console.log(`${part}/${name}: ${flags.join("; ") || "fine"}`);
  }
  console.log(`${part}: ${flagged} of ${names.length} flagged`);
}
await model.dispose();
