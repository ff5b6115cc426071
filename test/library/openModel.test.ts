/** The open bone-age model in its published layout, with weights made by rule: installed, loaded by name, and used. */
import { readFileSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { addModel, getModel, loadModel, predictImage, writePredictions } from "../../src/index.js";
import { native } from "../../src/native.js";
import { installedModel } from "../../src/registry/home.js";
import { csvRows } from "../helpers/cli.js";
import { ruleGreys, type TensorEntry, writeRuleMade } from "../helpers/rule.js";
import { temporaryFolder, writeTree } from "../helpers/temporary.js";
import { fixture } from "../helpers/testData.js";

const parity = fixture("parity/convnext/networks");
const json = (file: string) => JSON.parse(readFileSync(file, "utf8"));
const states = json(`${parity}/state_dicts.json`) as Record<string, TensorEntry[]>;
const radiograph = fixture("parity/convnext/preprocess/inputs/b8.png");
/** So small that a forward takes milliseconds. */
const SMALL = { inputSize: [1, 64, 64] as [1, number, number] };
const NAME = "ianpan-bone-age";

let made: string;
beforeAll(async () => {
  made = await mkdtemp(join(tmpdir(), "deeplasia-open-"));
  vi.stubEnv("DEEPLASIA_MODELS", join(made, "home"));
  const { convnextv2_atto: atto, mobilenetv3_small_100_crop: crop } = states;
  await mkdir(join(made, "bone-age/crop"), { recursive: true });
  await writeRuleMade(join(made, "bone-age/model.safetensors"), atto!, { seed: 1, gain: 0.7 });
  await writeRuleMade(join(made, "bone-age/crop/model.safetensors"), crop!, { seed: 1, gain: 1 });
  await writeTree(join(made, "bone-age"), {
    "config.json": JSON.stringify({
      backbone: "convnextv2_atto",
      num_classes: 240,
      in_chans: 2,
      num_models: 1,
    }),
    "crop/config.json": JSON.stringify({ backbone: "mobilenetv3_small_100", num_classes: 4 }),
    "crop/modeling.py": "class M:\n    t = A.Compose([A.Resize(96, 96, p=1)])\n",
  });
  await addModel(join(made, "bone-age"));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(made, { recursive: true, force: true });
});

/** A copy of the published folder, with some files replaced or, for null, removed. */
async function folderWith(changes: Record<string, string | null>): Promise<string> {
  const folder = await temporaryFolder();
  await mkdir(join(folder, "crop"));
  for (const path of [
    "model.safetensors",
    "config.json",
    "crop/model.safetensors",
    "crop/config.json",
    "crop/modeling.py",
  ]) {
    const text = changes[path];
    if (text === undefined) await copyFile(join(made, "bone-age", path), join(folder, path));
    else if (text !== null) await writeFile(join(folder, path), text);
  }
  return folder;
}

describe("an installed model", () => {
  test("is loaded by its name and returns the ages of the published code", async () => {
    const run = json(`${parity}/outputs.json`).runs[0];
    await using model = await loadModel(NAME, { contract: { ...SMALL, cropper: "none" } });
    const grey = Float32Array.from(ruleGreys(3, 64, 64), (value) => (value / 255 - 0.5) * 2);
    const male = run.female.map((female: number) => 1 - female);
    const { rawMonths, ageZ, expectation } = await model.forward(grey, [3, 1, 64, 64], male);
    expect(ageZ).toBeNull();
    for (const [i, age] of run.ages.entries()) expect(Math.abs(rawMonths![i]! - age)).toBeLessThan(0.01);
    expect([...expectation!.members]).toEqual([...rawMonths!]);
    expect(model.contract).toMatchObject({
      sexEncoding: "plane-female-255",
      ageBins: [0, 1, 240],
      memberCount: 1,
    });
  });

  test("states its contract and provenance, and what its cropper takes", async () => {
    await using model = await loadModel(NAME, { contract: SMALL });
    expect(model.cropper!.contract.inputSize).toEqual([1, 96, 96]);
    expect(model.contract.licence).toContain("Apache-2.0");
    expect(model.contract.provenance).toContain("huggingface.co/ianpan/bone-age");
    expect(model.contract.matchHistogram).toBe(NAME);
  });

  test("predicts a picture with the spread of its distribution", async () => {
    await using model = await loadModel(NAME, { contract: SMALL });
    const girl = await predictImage(model, radiograph, { sex: "F" });
    const boy = await predictImage(model, radiograph, { sex: "M" });
    expect(girl.ageMonths).not.toBe(boy.ageMonths);
    const { sdMonths, lowMonths, highMonths, memberMonths } = girl.spread!;
    expect(memberMonths).toEqual([girl.ageMonths]);
    expect(sdMonths).toBeGreaterThan(0);
    expect(lowMonths).toBeLessThanOrEqual(highMonths);
  });

  test("writes the spread into columns, and what the network saw as pictures", async () => {
    await using model = await loadModel(NAME, { contract: SMALL });
    const folder = await temporaryFolder();
    const outputPath = join(folder, "ages.csv");
    const debugPictures = join(folder, "seen");
    await writePredictions(model, { files: [radiograph], sex: "F", outputPath, debugPictures });
    const [row] = csvRows(await readFile(outputPath, "utf8"));
    const { spread } = await predictImage(model, radiograph, { sex: "F" });
    expect(Math.fround(Number(row!.pred_sd))).toBe(spread!.sdMonths);
    expect(Math.fround(Number(row!.pred_q05))).toBe(spread!.lowMonths);
    expect(Math.fround(Number(row!.pred_q95))).toBe(spread!.highMonths);
    for (const name of ["b8.box.png", "b8.input0.png"])
      expect((await readFile(join(debugPictures, name))).subarray(1, 4).toString()).toBe("PNG");
  });

  test("is one member of a mixed ensemble, for which a picture is decoded once", async () => {
    await using open = await loadModel(NAME, { contract: SMALL });
    await using other = await loadModel(new URL("../../models/phantom-b0.pt", import.meta.url), {
      contract: { inputSize: [1, 64, 64] },
    });
    const folder = await temporaryFolder();
    const outputPath = join(folder, "ages.csv");
    const memberNames = ["open", "b0"];
    const options = { files: [radiograph], sex: "F", maskModel: "none", outputPath, memberNames } as const;
    const decodes = vi.spyOn(native(), "decodePng");
    await writePredictions([open, other], { ...options, files: [...options.files], memberNames });
    expect(decodes).toHaveBeenCalledTimes(1);
    decodes.mockRestore();
    const [row] = csvRows(await readFile(outputPath, "utf8"));
    const mean = (Number(row!.open) + Number(row!.b0)) / 2;
    expect(Number(row!.ensemble_bone_age)).toBeCloseTo(mean, 3);
    expect(Object.keys(row!)).not.toContain("pred_sd");
  });
});

describe("members of one file", () => {
  test.each(["mean-of-ages", "mean-of-logits"] as const)("are combined by %s", async (combineMembers) => {
    const folder = await temporaryFolder();
    const file = join(folder, "two.safetensors");
    const two = ["net0.", "net1."].flatMap((net) =>
      states.convnextv2_atto!.map(
        ([name, ...rest]) => [net + name.replace(/^net0\./, ""), ...rest] as TensorEntry,
      ),
    );
    await writeRuleMade(file, two, { seed: 1, gain: 0.7 });
    await using model = await loadModel(file, { contract: { ...SMALL, combineMembers } });
    const grey = Float32Array.from(ruleGreys(1, 64, 64), (value) => (value / 255 - 0.5) * 2);
    const { rawMonths, expectation } = await model.forward(grey, [1, 1, 64, 64], [1]);
    const [first, second] = expectation!.members as unknown as [number, number];
    const mean = (first + second) / 2;
    if (combineMembers === "mean-of-ages") expect(rawMonths![0]).toBeCloseTo(mean, 3);
    else expect(Math.abs(rawMonths![0]! - mean)).toBeGreaterThan(0.01);
  });
});

describe("folders that cannot be installed", () => {
  test.each([
    [
      "a pointer of git LFS",
      "model.safetensors",
      "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 336662916\n",
      "ERR_DEEPLASIA_MODEL_UNREADABLE",
      /LFS/,
    ],
    [
      "a file that was cut short",
      "model.safetensors",
      "\x10",
      "ERR_DEEPLASIA_MODEL_UNREADABLE",
      /model\.safetensors/,
    ],
    [
      "a cropper without weights",
      "crop/model.safetensors",
      null,
      "ERR_DEEPLASIA_MODEL_MISSING",
      /crop\/model\.safetensors/,
    ],
    [
      "a cropper of unknown size",
      "crop/modeling.py",
      null,
      "ERR_DEEPLASIA_OPTION",
      /side of the cropper's input/,
    ],
    [
      "a configuration of another model",
      "config.json",
      '{"backbone":"convnextv2_tiny"}',
      "ERR_DEEPLASIA_CHECKPOINT",
      /config\.json states backbone convnextv2_tiny/,
    ],
    [
      "a damaged configuration",
      "crop/config.json",
      "{",
      "ERR_DEEPLASIA_MODEL_UNREADABLE",
      /crop\/config\.json/,
    ],
  ] as const)("%s", async (_, path, text, code, message) => {
    const folder = await folderWith({ [path]: text });
    const error = { code, message: expect.stringMatching(message), remedy: expect.stringMatching(/./) };
    await expect(addModel(folder, { name: "other" })).rejects.toMatchObject(error);
    expect(await installedModel("other")).toBeNull();
  });

  test("the size of the cropper's input may be given", async () => {
    const folder = await folderWith({ "crop/modeling.py": null });
    const { name } = await addModel(folder, { name: "with-size", cropSize: 64 });
    await using model = await loadModel(name, { contract: SMALL });
    expect(model.cropper!.contract.inputSize).toEqual([1, 64, 64]);
  });

  test("a name that is taken, and one that is none", async () => {
    const folder = join(made, "bone-age");
    await expect(addModel(folder)).rejects.toMatchObject({ code: "ERR_DEEPLASIA_OPTION" });
    await expect(addModel(folder, { name: "../evil" })).rejects.toMatchObject({
      code: "ERR_DEEPLASIA_OPTION",
    });
    await expect(addModel(join(folder, "crop"), { name: "crop" })).rejects.toMatchObject({
      code: "ERR_DEEPLASIA_MODEL_KIND",
    });
  });

  test("models that are known and not installed name the command that describes them", async () => {
    await expect(loadModel("deeplasia")).rejects.toMatchObject({
      code: "ERR_DEEPLASIA_MODEL_MISSING",
      remedy: expect.stringMatching(/models show deeplasia/),
    });
    await expect(getModel("deeplasia")).rejects.toMatchObject({
      code: "ERR_DEEPLASIA_OPTION",
      remedy: expect.stringMatching(/on request/),
    });
  });
});
