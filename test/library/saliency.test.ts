/** Where ages come from: covering the places that a map shows moves the age, covering others does not. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { expect, test } from "vitest";
import {
  type BoneAgeModel,
  loadModel,
  type SeenPicture,
  showSaliency,
  writePredictions,
} from "../../src/index.js";
import { BUNDLED_MODEL } from "../../src/model/bundled.js";
import { csvRows } from "../helpers/cli.js";
import { lightCohort } from "../helpers/lightCohort.js";
import { withModels } from "../helpers/loadedModels.js";
import { modelFile } from "../helpers/model.js";
import { temporaryFolder } from "../helpers/temporary.js";
import { projectRoot } from "../helpers/testData.js";
import { rejection } from "../helpers/trainer.js";

const phantoms = join(projectRoot, "examples/phantoms");
const PICTURES = ["000001.png", "000004.png", "000007.png"];
/** Share of the picture that is covered, and how often another region of the same shape is. */
const COVERED = 0.08;
const SHIFTS = [
  [0.5, 0.5],
  [0.3, 0.6],
  [0.6, 0.25],
  [0.45, 0.75],
] as const;

/** Names and sexes of the bundled phantoms. */
async function children() {
  const rows = csvRows(await readFile(join(phantoms, "annotations.csv"), "utf8"));
  return rows.map(({ image_ID, sex }) => ({ name: image_ID!, sex: sex as "F" | "M" }));
}

/** The age of the network's input where `covers` is not: the rest gets the mean of the picture. */
async function ageOf(
  model: BoneAgeModel,
  { input, width, height }: SeenPicture,
  male: number,
  covers: (pixel: number) => boolean,
) {
  const mean = input.reduce((sum, value) => sum + value, 0) / input.length;
  const sd = Math.sqrt(input.reduce((sum, value) => sum + (value - mean) ** 2, 0) / input.length);
  const x = Float32Array.from(input, (value, pixel) => (covers(pixel) ? 0 : (value - mean) / sd));
  const { ageZ } = await model.forward(x, [1, 1, height, width], [male]);
  return ageZ![0]! * model.contract.ageSdMonths! + model.contract.ageMeanMonths!;
}

test("covering the salient region moves the age more than covering regions of the same shape elsewhere", async () => {
  await using model = await loadModel(BUNDLED_MODEL);
  const all = await children();
  let [isMore, shifts] = [0, 0];
  for (const name of PICTURES) {
    const { sex } = all.find((child) => child.name === name)!;
    const [image, mask] = ["images", "masks"].map((folder) => join(phantoms, folder, name));
    const seen = await showSaliency(model, image!, { mask, sex });
    const { map, width, height } = seen;
    expect(map).toHaveLength(width * height);
    expect(Math.max(...map)).toBe(1);
    expect(Math.min(...map)).toBeGreaterThanOrEqual(0);
    const bound = [...map].sort((a, b) => b - a)[Math.round(COVERED * map.length)]!;
    const male = sex === "M" ? 1 : 0;
    const plain = await ageOf(model, seen, male, () => false);
    const moved = async (right: number, down: number) => {
      const from = (pixel: number) => {
        const [x, y] = [pixel % width, Math.floor(pixel / width)];
        return ((y + down) % height) * width + ((x + right) % width);
      };
      return Math.abs((await ageOf(model, seen, male, (pixel) => map[from(pixel)]! > bound)) - plain);
    };
    const salient = await moved(0, 0);
    for (const [right, down] of SHIFTS) {
      const other = await moved(Math.round(right * width), Math.round(down * height));
      shifts += 1;
      if (salient > other) isMore += 1;
    }
  }
  expect({ isMore, shifts }).toEqual({ isMore: 12, shifts: 12 });
});

test("predict writes the input with the map over it, for each picture, and the same predictions", async () => {
  await using model = await loadModel(BUNDLED_MODEL);
  const folder = await temporaryFolder();
  const how = {
    ...{ annotationCsv: join(phantoms, "annotations.csv"), imgDir: join(phantoms, "images") },
    ...{ maskDirs: [join(phantoms, "masks")], limitPredictBatches: 1, batchSize: 2 },
  };
  const [plain, shown] = ["plain.csv", "shown.csv"].map((name) => join(folder, name));
  const saliency = join(folder, "maps");
  await writePredictions(model, { ...how, outputPath: plain! });
  await writePredictions(model, { ...how, outputPath: shown!, saliency });
  expect(await readFile(shown!, "utf8")).toBe(await readFile(plain!, "utf8"));
  const { name, sex } = (await children())[0]!;
  const seen = await showSaliency(model, join(phantoms, "images", name), {
    mask: join(phantoms, "masks", name),
    sex,
  });
  const { data, info } = await sharp(join(saliency, `${name}.saliency.png`))
    .raw()
    .toBuffer({ resolveWithObject: true });
  expect(info).toMatchObject({ width: seen.width, height: seen.height, channels: 3 });
  expect([...data]).toEqual([...seen.overlay]);
  // The hottest place has three quarters of the last colour, and a quarter of its grey.
  const hottest = seen.map.indexOf(1);
  const expected = [252, 255, 164].map((colour) => 0.75 * colour + 0.25 * seen.input[hottest]!);
  for (const [channel, value] of expected.entries())
    expect(Math.abs(seen.overlay[3 * hottest + channel]! - value)).toBeLessThan(1.5);
});

test("a picture without what the model needs is the error of its prediction", async () => {
  await using model = await loadModel(BUNDLED_MODEL);
  const name = "000001.png";
  const [image, mask] = ["images", "masks"].map((folder) => join(phantoms, folder, name));
  expect(await rejection(showSaliency(model, image!, { mask }))).toMatchObject({ code: "ERR_DEEPLASIA_SEX" });
  const controller = new AbortController();
  controller.abort();
  expect(
    await rejection(showSaliency(model, image!, { mask, sex: "F", signal: controller.signal })),
  ).toMatchObject({
    name: "AbortError",
  });
});

test("by occlusion: as far as covering a place with the picture's mean moves a network that sees the mean", async () => {
  const side = 32;
  const folder = await temporaryFolder();
  const image = join(folder, "quarter.png");
  const pixels = Uint8Array.from({ length: side * side }, (_, i) =>
    i % side >= side / 2 && i >= (side * side) / 2 ? 200 : 0,
  );
  await sharp(pixels, { raw: { width: side, height: side, channels: 1 } })
    .toColourspace("b-w")
    .png()
    .toFile(image);
  await using model = await loadModel(modelFile("mean-plus-sex"));
  const { map, input } = await showSaliency(model, image, { sex: "F", occlude: true });
  expect([input[0], input.at(-1)]).toEqual([0, 255]);
  // The mean is a quarter of the bright places: covering these takes three times as much as the dark ones gain.
  const at = (x: number, y: number) => map[y * side + x]!;
  for (const place of [20, 24, 27]) expect(at(place, place)).toBeCloseTo(1, 4);
  for (const place of [4, 8, 11]) {
    expect(at(place, place)).toBeCloseTo(1 / 3, 4);
    expect(at(place, place + 16)).toBeCloseTo(1 / 3, 4);
  }
});

test("an ensemble has a folder of maps for each member, each as of the member alone", async () => {
  const folder = await temporaryFolder();
  const files = await lightCohort(2);
  const names = ["mean-plus-sex", "tells-sex"];
  const write = (models: BoneAgeModel | BoneAgeModel[], name: string) =>
    writePredictions(models, {
      ...{ ...files, outputPath: join(folder, `${name}.csv`), saliency: join(folder, name) },
      ...(Array.isArray(models) ? { memberNames: names } : {}),
    });
  await withModels(names.map(modelFile), async (...models) => {
    await write(models, "both");
    for (const [i, name] of names.entries()) await write(models[i]!, name);
  });
  expect((await readdir(join(folder, "both"))).sort()).toEqual(names);
  for (const name of names)
    for (const picture of ["0", "1"]) {
      const file = `a/${picture}.png.saliency.png`;
      const [ofBoth, alone] = await Promise.all(
        [join(folder, "both", name, file), join(folder, name, file)].map((path) => readFile(path)),
      );
      expect(ofBoth!.equals(alone!), `${name} ${picture}`).toBe(true);
    }
});
