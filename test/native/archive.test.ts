import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { native } from "../../src/native.js";
import { zip } from "../helpers/libtorch.js";
import { CPU, modelFile, uniform } from "../helpers/model.js";
import { temporaryFolder } from "../helpers/temporary.js";

const MANIFEST = "deeplasia.json";
const load = (path: string) => native().loadModel(path, CPU);

async function predict(path: string): Promise<unknown> {
  const model = await load(path);
  const outputs = await native().forward(model, ...uniform([0.3, 0.7]), Float32Array.of(1, 0));
  await native().dispose(model);
  return outputs;
}

describe("extra files of an archive", () => {
  test("are read as text, or null if there is none", async () => {
    const manifest = await native().readExtraFile(modelFile("tuple-age-sex"), MANIFEST);
    expect(JSON.parse(manifest as string)).toMatchObject({ formatVersion: 1, inputSize: [1, 32, 32] });
    expect(await native().readExtraFile(modelFile("tuple-age-sex"), "other.txt")).toBeNull();
    expect(await native().readExtraFile(modelFile("no-contract"), MANIFEST)).toBeNull();
  });

  test("a copy has the new text and is the same model", async () => {
    const folder = await temporaryFolder();
    for (const name of ["tuple-age-sex", "no-contract", "traced", "counts-calls"]) {
      const copy = join(folder, `${name}.pt`);
      const text = '{"name": "Knochenalter, Mädchen, 骨"}';
      expect(await native().writeExtraFile(modelFile(name), copy, MANIFEST, text, false)).toBeUndefined();
      expect(await native().readExtraFile(copy, MANIFEST)).toBe(text);
      expect(await predict(copy)).toEqual(await predict(modelFile(name)));
    }
  });

  test("writing again replaces the text and keeps other extra files", async () => {
    const folder = await temporaryFolder();
    const [first, second, third] = [1, 2, 3].map((i) => join(folder, `${i}.pt`)) as [string, string, string];
    await native().writeExtraFile(modelFile("traced"), first, "notes.txt", "kept", false);
    await native().writeExtraFile(first, second, MANIFEST, "one", false);
    await native().writeExtraFile(second, third, MANIFEST, "", false);
    expect(await native().readExtraFile(third, MANIFEST)).toBe("");
    expect(await native().readExtraFile(third, "notes.txt")).toBe("kept");
  });

  test("a full disk and a missing folder are errors with a code", async () => {
    for (const [target, reason] of [
      ["/dev/full", "No space left on device"],
      [join(await temporaryFolder(), "none/copy.pt"), "No such file or directory"],
    ] as const) {
      const writing = native().writeExtraFile(modelFile("traced"), target, MANIFEST, "{}", false);
      await expect(writing).rejects.toMatchObject({
        code: "ERR_DEEPLASIA_OUTPUT",
        message: `cannot write the model: ${reason}`,
      });
    }
  });
});

describe("files that are not models", () => {
  const unreadable = (message: string | RegExp) => ({
    code: "ERR_DEEPLASIA_MODEL_UNREADABLE",
    message: expect.stringMatching(message),
  });

  test("no such file", async () => {
    const missing = { code: "ERR_DEEPLASIA_MODEL_MISSING" };
    await expect(load("/nowhere/model.pt")).rejects.toMatchObject(missing);
    await expect(native().readExtraFile("/nowhere/model.pt", MANIFEST)).rejects.toMatchObject(missing);
  });

  test("a text, an empty file, a folder, a checkpoint, other zip files", async () => {
    const folder = await temporaryFolder();
    const file = async (name: string, content: string | Buffer) => {
      await writeFile(join(folder, name), content);
      return join(folder, name);
    };
    const cases: [string, RegExp][] = [
      [modelFile("make.py"), /not a TorchScript archive \(a zip file/],
      [await file("empty.pt", ""), /is empty/],
      [await file("short.pt", "PK"), /damaged or incomplete/],
      [folder, /a folder/],
      [modelFile("state-dict.pth"), /a PyTorch checkpoint \(weights only\)/],
      [
        await file("pictures.zip", zip({ "pictures/a.txt": "a" })),
        /a zip file, but not a TorchScript archive/,
      ],
      [
        await file("imitation.pt", zip({ "m/constants.pkl": "x", "m/version": "3\n" })),
        /has no entry data\.pkl/,
      ],
      [modelFile("no-forward"), /has no method 'forward'/],
    ];
    for (const [path, message] of cases)
      await expect(load(path), path).rejects.toMatchObject(unreadable(message));
    for (const [path, message] of cases.slice(0, 6))
      await expect(native().readExtraFile(path, MANIFEST), path).rejects.toMatchObject(unreadable(message));
  });

  test("an archive truncated at any place", async () => {
    const folder = await temporaryFolder();
    const whole = await readFile(modelFile("mean-plus-sex"));
    for (const part of [0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.97, 0.999]) {
      const path = join(folder, `${part}.pt`);
      await writeFile(path, whole.subarray(0, Math.floor(part * whole.length)));
      await expect(load(path), `${part}`).rejects.toMatchObject(unreadable(/damaged or incomplete/));
      await expect(native().readExtraFile(path, MANIFEST)).rejects.toMatchObject(
        unreadable(/damaged or incomplete/),
      );
    }
  });

  test("an archive with bytes of its records overwritten never crashes", async () => {
    const folder = await temporaryFolder();
    const whole = await readFile(modelFile("three-channels"));
    for (let at = 32; at < whole.length; at += 97) {
      const path = join(folder, "overwritten.pt");
      await writeFile(path, Buffer.from(whole).fill(0xff, at, at + 8));
      const [model] = await Promise.allSettled([load(path)]);
      if (model.status === "fulfilled")
        await native().dispose(model.value); // the bytes meant nothing
      else expect(model.reason, `${at}`).toMatchObject(unreadable(/^(?!.*Exception raised)/));
    }
  });
});
