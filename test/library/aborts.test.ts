/** One rule for aborts: a call rejects with the reason of its signal, and what was finished is kept. */
import { appendFile, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  type BoneAgeModel,
  checkCohort,
  combinePredictions,
  comparePredictions,
  convertModel,
  createTrainer,
  evaluatePredictions,
  importCohort,
  initModel,
  inspectModel,
  loadModel,
  predictCohort,
  predictImage,
  previewAugmentation,
  splitCohort,
  writeManifest,
  writePhantoms,
  writePredictions,
} from "../../src/index.js";
import { loadHandMaskModel } from "../../src/model/loadHandMaskModel.js";
import { abortsAtCheck } from "../helpers/abortsAtCheck.js";
import { lightCohort } from "../helpers/lightCohort.js";
import { halves } from "../helpers/pictures.js";
import { dhaDownload, rsnaDownload } from "../helpers/publicSets.js";
import { collect, temporaryFolder, writeTree } from "../helpers/temporary.js";
import { fixture } from "../helpers/testData.js";

const MODEL = fixture("models/mean-plus-sex.pt");
const LEARNS = fixture("models/learns.pt");
const SMALL = { kind: "mask", mask_filters: 1, mask_kernel: 1 } as const;
const withModel = async <T>(use: (model: BoneAgeModel) => Promise<T>) => {
  await using model = await loadModel(MODEL);
  return await use(model);
};

/** A table with everything that a call of this file reads. */
const TABLE = "image_ID,dir,patient_ID,sex,bone_age\na.png,,1,F,100\nb.png,,2,M,110\nc.png,,3,F,120\n";
const MEMBER = "image_ID,dir,pred_bone_age\na.png,,100\nb.png,,110\n";

interface Place {
  folder: string;
  table: string;
  out: string;
}

/** Calls that end before they write their output, each with a signal. */
const CALLS: Record<string, (signal: AbortSignal, place: Place) => Promise<unknown>> = {
  loadModel: (signal) => loadModel(MODEL, { signal }).then((model) => model.dispose()),
  createTrainer: (signal) => createTrainer(LEARNS, { signal }).then((trainer) => trainer.dispose()),
  inspectModel: (signal) => inspectModel(MODEL, { signal }),
  convertModel: (signal, { out }) => convertModel(MODEL, out, { half: true, signal }),
  initModel: (signal, { out }) => initModel(out, { network: SMALL, signal }),
  writeManifest: (signal, { out }) => writeManifest(MODEL, out, { signal }),
  predictImage: (signal) =>
    withModel(async (model) => predictImage(model, await halves(100), { sex: "F", signal })),
  predictCohort: (signal, { folder }) =>
    withModel((model) => collect(predictCohort(model, { files: [folder], sex: "F", signal }))),
  writePredictions: (signal, { folder, out }) =>
    withModel((model) => writePredictions(model, { files: [folder], sex: "F", outputPath: out, signal })),
  "importCohort rsna": async (signal, { out }) =>
    importCohort(await rsnaDownload(), { set: "rsna", out, splits: `${out}.splits`, signal }),
  "importCohort dha": async (signal, { out }) =>
    importCohort(await dhaDownload(), { set: "dha", out, signal }),
  "importCohort dicom": (signal, { folder, out }) => importCohort(folder, { set: "dicom", out, signal }),
  "importCohort generic": (signal, { table, out }) =>
    importCohort(table, { set: "generic", map: { image: "image_ID" }, out, signal }),
  splitCohort: (signal, { table, out }) => splitCohort(table, { out, signal }),
  checkCohort: (signal, { table, folder }) => checkCohort(table, { imgDir: folder, signal }),
  combinePredictions: (signal, { folder, out }) =>
    combinePredictions([join(folder, "x.csv"), join(folder, "y.csv")], { outputPath: out, signal }),
  evaluatePredictions: (signal, { folder, table, out }) =>
    evaluatePredictions(join(folder, "x.csv"), { annotationCsv: table, out, signal }),
  comparePredictions: (signal, { folder, table, out }) =>
    comparePredictions([join(folder, "x.csv"), join(folder, "y.csv")], { annotationCsv: table, out, signal }),
  previewAugmentation: (signal, { folder, out }) =>
    previewAugmentation({ files: [folder], n: 3, settings: { input_size: [1, 32, 32] }, out, signal }),
  writePhantoms: (signal, { out }) => writePhantoms({ out, n: 3, sizes: [64], signal }),
};

async function place(): Promise<Place> {
  const bytes = await halves(100);
  const names = ["a.png", "b.png", "c.png"];
  const pictures = Object.fromEntries(names.map((name) => [name, bytes]));
  const folder = await writeTree(await temporaryFolder(), {
    ...pictures,
    "cohort.csv": TABLE,
    "x.csv": MEMBER,
    "y.csv": MEMBER,
  });
  return { folder, table: join(folder, "cohort.csv"), out: join(await temporaryFolder(), "out") };
}

describe("a signal that is aborted already rejects with its reason, before anything is written", () => {
  test.each(Object.keys(CALLS))("%s", async (name) => {
    const where = await place();
    const reason = new Error("enough");
    await expect(CALLS[name]!(AbortSignal.abort(reason), where)).rejects.toBe(reason);
    await expect(CALLS[name]!(AbortSignal.abort(), where)).rejects.toMatchObject({ name: "AbortError" });
    expect(await readdir(join(where.out, ".."))).toEqual([]);
  });
});

/** Calls that look at their signal while they work. */
const LOOKING = [
  ...["loadModel", "createTrainer", "inspectModel", "convertModel", "initModel", "writeManifest"],
  ...["splitCohort", "checkCohort", "combinePredictions", "previewAugmentation"],
  ...["evaluatePredictions", "comparePredictions"],
  ...["importCohort rsna", "importCohort dha", "importCohort dicom", "importCohort generic"],
];

describe("a signal that is aborted meanwhile rejects with its reason, and nothing is written", () => {
  test.each(LOOKING)("%s", async (name) => {
    const where = await place();
    const reason = new Error("enough");
    // The first check is the one before the work.
    for (const check of [2, 3])
      await expect(CALLS[name]!(abortsAtCheck(check, reason), where)).rejects.toBe(reason);
    expect(await readdir(join(where.out, ".."))).toEqual([]);
  });

  test("loadHandMaskModel, whatever the file", async () => {
    const reason = new Error("enough");
    for (const check of [1, 2])
      await expect(loadHandMaskModel(MODEL, { signal: abortsAtCheck(check, reason) })).rejects.toBe(reason);
  });
});

test("writePhantoms resumes what a signal stopped, to the same bytes", async () => {
  const [whole, parts] = [join(await temporaryFolder(), "out"), join(await temporaryFolder(), "out")];
  const recipe = { n: 12, sizes: [64], seed: 3, numWorkers: 1 };
  expect(await writePhantoms({ ...recipe, out: whole })).toEqual({ drawn: 12 });
  const stop = new AbortController();
  const reason = new Error("enough");
  const onProgress = ({ done }: { done: number }) => done === 3 && stop.abort(reason);
  const stopped = writePhantoms({ ...recipe, out: parts, signal: stop.signal, onProgress });
  await expect(stopped).rejects.toBe(reason);
  expect((await readdir(join(parts, "images"))).length).toBeGreaterThanOrEqual(3);
  expect(await readdir(parts)).not.toContain("annotations.csv");
  // Pictures that are there are not drawn again, others are; the last row may be half of one, after a power cut.
  await writeFile(join(parts, "images/000000.png"), "mine");
  await rm(join(parts, "masks/000001.png"));
  await appendFile(join(parts, "annotations.unfinished.csv"), "000");
  expect(await writePhantoms({ ...recipe, out: parts })).toEqual({ drawn: 12 });
  expect(await readFile(join(parts, "images/000000.png"), "utf8")).toBe("mine");
  const files = (await readdir(whole, { recursive: true })).filter((name) => name.includes("."));
  expect((await readdir(parts, { recursive: true })).sort()).toEqual(
    (await readdir(whole, { recursive: true })).sort(),
  );
  for (const name of files.filter((name) => name !== join("images", "000000.png")))
    expect(await readFile(join(parts, name)), name).toEqual(await readFile(join(whole, name)));
});

const share = (model: BoneAgeModel, outputPath: string, shard: string, rows: object, signal?: AbortSignal) =>
  writePredictions(model, { ...rows, outputPath, shard, batchSize: 2, signal, numWorkers: 1 });

test("a share is resumed after an abort, and the joined bytes are those of one process", () =>
  withModel(async (model) => {
    const rows = await lightCohort(24);
    const [whole, parts] = [join(await temporaryFolder(), "out"), join(await temporaryFolder(), "out")];
    await writePredictions(model, { ...rows, outputPath: whole, batchSize: 2 });
    const stop = new AbortController();
    const reason = new Error("enough");
    const onProgress = () => stop.abort(reason);
    const stopped = share(model, parts, "1/2", { ...rows, onProgress }, stop.signal);
    await expect(stopped).rejects.toBe(reason);
    expect((await share(model, parts, "2/2", rows)).share).toMatchObject({ missing: [1], joined: null });
    const last = await share(model, parts, "1/2", rows);
    expect(last.resumedRows).toBeGreaterThan(0);
    expect(last.share).toMatchObject({ missing: [], joined: { rows: 24 } });
    expect(await readFile(parts)).toEqual(await readFile(whole));
  }));
