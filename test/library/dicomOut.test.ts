/** `dicomOut`: a report and an annotated copy for each predicted DICOM file. */
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { expect, test } from "vitest";
import { readDataset } from "../../src/dicom/dataset.js";
import { decodeDicom } from "../../src/dicom/decodeDicom.js";
import { predictCohort, writePredictions } from "../../src/index.js";
import { BUNDLED_MODEL } from "../../src/model/bundled.js";
import { native } from "../../src/native.js";
import { dicomFile, type Elements, greyElements } from "../helpers/dicomFile.js";
import { isHand, study, UIDS } from "../helpers/dicomStudy.js";
import { withModels } from "../helpers/loadedModels.js";
import { modelFile } from "../helpers/model.js";
import { halves } from "../helpers/pictures.js";
import { collect, temporaryFolder, writeTree } from "../helpers/temporary.js";

const MODEL = modelFile("mean-plus-sex");
const instance = (uid: string) => study({ "00080018": ["UI", uid] });

function recording() {
  const lines: string[] = [];
  const log = (message: string) => void lines.push(message);
  return { lines, logger: { info: log, warn: log, error: log } };
}

/** Of the hand in `study`, as a file. */
function maskPng(): Promise<Buffer> {
  const data = Buffer.alloc(400 * 300).map((_, i) => (isHand(i % 400, Math.floor(i / 400)) ? 255 : 0));
  return sharp(data, { raw: { width: 400, height: 300, channels: 1 } })
    .png()
    .toBuffer();
}

/** All files below a folder, by their paths. */
const below = async (folder: string) =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();

test("writes both beside each other below the folder, as the pictures lie; what is not DICOM has none", () =>
  withModels([MODEL], async (model) => {
    const root = await writeTree(await temporaryFolder(), {
      "a/IM1": instance("1.2.3.1"),
      "b/IM1.dcm": instance("1.2.3.2"),
      "b/damaged.dcm": instance("1.2.3.3").subarray(0, 9000),
      "b/no-uid.dcm": study({ "00080018": ["UI", ""] }),
      "c.png": await halves(200),
    });
    const dicomOut = join(await temporaryFolder(), "objects");
    const { lines, logger } = recording();
    const records = await collect(predictCohort(model!, { files: [root], sex: "F", dicomOut, logger }));
    expect(records).toHaveLength(5);
    expect(await below(dicomOut)).toEqual([
      ...["a/IM1.sc.dcm", "a/IM1.sr.dcm", "b/IM1.dcm.sc.dcm", "b/IM1.dcm.sr.dcm"],
    ]);
    expect(lines).toContain(`${dicomOut}: reports and annotated copies of 2 DICOM files`);
    expect(lines).toContain(`1 picture is not DICOM and has no report in ${dicomOut}`);
    expect(lines.join("\n")).toMatch(
      /1 DICOM file has no report .*no-uid\.dcm: its header has no valid SOPInstanceUID/,
    );
    expect(lines.join("\n")).not.toMatch(/GEHEIM|SECRET42|ACC4711|Arzt|STUDY7/);
    const report = readDataset(await readFile(join(dicomOut, "a/IM1.sr.dcm"))).elements;
    expect(report.string("x0020000d")).toBe("1.2.840.4711.1");
  }));

test("outlines the mask that was used", () =>
  withModels([MODEL], async (model) => {
    const root = await writeTree(await temporaryFolder(), { "hand.dcm": study() });
    const masks = await writeTree(await temporaryFolder(), { "hand.png": await maskPng() });
    const copyWith = async (maskDirs: string[]) => {
      const dicomOut = join(await temporaryFolder(), "objects");
      const records = await collect(predictCohort(model!, { files: [root], maskDirs, dicomOut }));
      expect(records).toMatchObject([{ sex: "F", sexFromHeader: true }]);
      return (await decodeDicom(await readFile(join(dicomOut, "hand.dcm.sc.dcm")))).data.subarray(
        0,
        400 * 300,
      );
    };
    expect(await copyWith([masks])).not.toEqual(await copyWith([]));
  }));

test("outlines a mask that a model made", () =>
  withModels([BUNDLED_MODEL], async (model) => {
    const { width, height, image } = await native().drawPhantom({
      ...{ seed: 8, index: 0, maleShare: 0.5, minAgeMonths: 60, maxAgeMonths: 150 },
      ...{ sizes: [330], depth: "16", hard: false },
    });
    const samples = new Uint16Array(image.buffer, image.byteOffset, width * height);
    const sex: Elements = { "00100040": ["CS", "F"] };
    const plate = dicomFile({ ...greyElements(width, samples, { bits: 16 }), ...UIDS, ...sex });
    const root = await writeTree(await temporaryFolder(), { "hand.dcm": plate });
    const shown = async (maskModel: string) => {
      const dicomOut = join(await temporaryFolder(), "objects");
      const [record] = await collect(predictCohort(model!, { files: [root], maskModel, dicomOut }));
      const copy = await decodeDicom(await readFile(join(dicomOut, "hand.dcm.sc.dcm")));
      return { record, pixels: [...copy.data.subarray(0, width * height)] };
    };
    const [made, none] = [await shown("auto"), await shown("none")];
    expect(made.record).toMatchObject({ mask: { area: expect.any(Number) } });
    // An outline: white and black pixels, a few percent of the picture.
    const changed = made.pixels.filter((value, i) => value !== none.pixels[i]);
    expect(new Set(changed)).toEqual(new Set([0, 255]));
    expect(changed.length / made.pixels.length).toBeLessThan(0.1);
    expect(changed.length).toBeGreaterThan(width);
  }));

test("is part of a run: a resumed run writes those of no row that it keeps", () =>
  withModels([MODEL], async (model) => {
    const files = Object.fromEntries(
      Array.from({ length: 6 }, (_, i) => [`${i}.dcm`, instance(`1.2.3.${i}`)] as const),
    );
    const root = await writeTree(await temporaryFolder(), files);
    const folder = await temporaryFolder();
    const [outputPath, dicomOut] = [join(folder, "out.csv"), join(folder, "objects")];
    const options = { files: [root], outputPath, dicomOut, batchSize: 1, numWorkers: 1 };
    const stop = new AbortController();
    const onProgress = ({ done }: { done: number }) => done === 2 && stop.abort();
    const first = writePredictions(model!, { ...options, onProgress, signal: stop.signal });
    await expect(first).rejects.toMatchObject({ name: "AbortError" });
    const before = await below(dicomOut);
    const times = async (names: string[]) =>
      Promise.all(names.map(async (name) => (await stat(join(dicomOut, name))).mtimeMs));
    const written = await times(before);
    expect(before.length).toBeGreaterThanOrEqual(4);
    expect(before.length).toBeLessThan(12);
    await expect(
      writePredictions(model!, { ...options, dicomOut: `${dicomOut}2`, resume: true }),
    ).rejects.toMatchObject({ code: "ERR_DEEPLASIA_RESUME", message: expect.stringContaining("dicomOut") });
    expect(await writePredictions(model!, { ...options, resume: true })).toMatchObject({ finished: true });
    expect(await below(dicomOut)).toHaveLength(12);
    expect(await times(before)).toEqual(written);
  }));

test("is no folder of the pictures, and no file", () =>
  withModels([MODEL], async (model) => {
    const root = await writeTree(await temporaryFolder(), { "hand.dcm": study(), file: "text" });
    const run = (dicomOut: string) => collect(predictCohort(model!, { files: [root], dicomOut }));
    await expect(run(root)).rejects.toMatchObject({ code: "ERR_DEEPLASIA_USAGE" });
    await expect(run(join(root, "file"))).rejects.toMatchObject({ code: "ERR_DEEPLASIA_OUTPUT" });
  }));
