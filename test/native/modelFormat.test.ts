/** Errors name the kind of a file or folder that is given in place of a model, in every function that takes one. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { withCheckpoint } from "../../src/checkpoint/contents.js";
import { modelFormat } from "../../src/checkpoint/modelFormat.js";
import { zip } from "../helpers/libtorch.js";
import { modelFile } from "../helpers/model.js";
import { temporaryFolder } from "../helpers/temporary.js";
import { fixture } from "../helpers/testData.js";

const latin1 = (text: string) => Buffer.from(text, "latin1");

test("the format of a model follows from its bytes, whatever its name", async () => {
  expect(await modelFormat(modelFile("traced"))).toBe("torchscript");
  expect(await modelFormat(modelFile("state-dict.pth"))).toBe("checkpoint");
  expect(await modelFormat(fixture("parity/checkpoints/tagged_cuda.ckpt"))).toBe("checkpoint");
});

describe("files that are not models", () => {
  const inner = zip({ "m/constants.pkl": "x", "m/data.pkl": "x" });
  const cases: [name: string, content: Buffer, what: RegExp, remedy: RegExp][] = [
    [
      "lfs.ckpt",
      latin1("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"),
      /a Git LFS pointer/,
      /git lfs pull/,
    ],
    ["page.ckpt", latin1("<!DOCTYPE html><html>"), /a web page/, /Download/],
    ["scan.pt", latin1(`${"\0".repeat(128)}DICM\x02\0\0\0UL`), /a DICOM file/, /file of weights/],
    ["film.pt", latin1("\0\0\0\x18ftypmp42\0\0\0\0"), /a video/, /file of weights/],
    ["empty.pt", Buffer.alloc(0), /file is empty/, /again/],
    ["zeros.pt", Buffer.alloc(5000), /nothing but zeros/, /again/],
    [
      "noise.pt",
      Buffer.from(Uint8Array.from({ length: 999 }, (_, i) => (i * 37 + 200) % 256)),
      /neither a checkpoint of PyTorch, nor safetensors, nor TorchScript/,
      /state_dict/,
    ],
    ["plain.pt", zip({ "notes.txt": "a" }), /a ZIP archive.*in it: notes\.txt/, /file of weights/],
    ["within.pt", zip({ "best.ckpt": inner }), /a ZIP archive.*in it: best\.ckpt/, /Unpack it/],
    [
      "net.keras",
      zip({ "metadata.json": "{}", "config.json": "{}", "model.weights.h5": "" }),
      /a Keras model/,
      /PyTorch/,
    ],
    ["a.npz", zip({ "a.npy": "", "b.npy": "" }), /a NumPy archive/, /safetensors/],
    [
      "net.pt2",
      zip({ "net/archive_format": "pt2", "net/models/model.json": "{}" }),
      /torch\.export/,
      /torch\.jit/,
    ],
    ["net.pt", zip({ "net/.data/extern_modules": "", "net/a.py": "" }), /torch\.package/, /state_dict/],
    ["index.json", latin1('{"metadata": {}, "weight_map": {}}'), /index of weights/, /Join/],
    ["hand.json", latin1('{"formatVersion": 1}'), /contract/, /`manifest`/],
    ["net.gguf", latin1(`GGUF\x03${"\0".repeat(40)}`), /a GGUF model/, /PyTorch/],
    ["net.h5", latin1(`\x89HDF\r\n\x1a\n${"\0".repeat(40)}`), /an HDF5 file/, /weights/],
  ];
  test.each(cases)("%s", async (name, content, what, remedy) => {
    const file = join(await temporaryFolder(), name);
    await writeFile(file, content);
    const error = {
      code: "ERR_DEEPLASIA_MODEL_UNREADABLE",
      file,
      message: expect.stringMatching(what),
      remedy: expect.stringMatching(remedy),
    };
    await expect(modelFormat(file)).rejects.toMatchObject(error);
    await expect(modelFormat(file)).rejects.toThrow(file);
    await expect(withCheckpoint(file, () => 0)).rejects.toMatchObject(error);
  });

  test("a truncated model", async () => {
    const file = join(await temporaryFolder(), "cut.pt");
    for (const whole of [modelFile("traced"), modelFile("state-dict.pth")]) {
      const bytes = await readFile(whole);
      await writeFile(file, bytes.subarray(0, bytes.length / 2));
      await expect(modelFormat(file)).rejects.toThrow(/cut\.pt: the archive is damaged or incomplete/);
    }
  });

  test("folders and missing files", async () => {
    const folder = await temporaryFolder();
    const made = async (name: string, ...files: string[]) => {
      await mkdir(join(folder, name));
      for (const file of files) await writeFile(join(folder, name, file), "");
      return join(folder, name);
    };
    for (const [path, what, remedy] of [
      [await made("dcp", ".metadata", "__0_0.distcp"), /torch\.distributed\.checkpoint/, /dcp_to_torch/],
      [await made("hf", "config.json", "model.safetensors"), /a folder/, /hf\/model\.safetensors/],
      [await made("parts", "model.safetensors.index.json"), /several files/, /Join/],
      [await made("none"), /a folder/, /own file/],
      ["/dev/null", /a device/, /regular file/],
    ] as const)
      await expect(modelFormat(path), path).rejects.toMatchObject({
        code: "ERR_DEEPLASIA_MODEL_UNREADABLE",
        message: expect.stringMatching(what),
        remedy: expect.stringMatching(remedy),
      });
    await expect(modelFormat(join(folder, "no.pt"))).rejects.toMatchObject({
      code: "ERR_DEEPLASIA_MODEL_MISSING",
      message: expect.stringContaining("no.pt"),
    });
  });

  test("TorchScript in place of weights", async () => {
    await expect(withCheckpoint(modelFile("traced"), () => 0)).rejects.toThrow(/traced\.pt is a TorchScript/);
  });
});

/** Pickles of protocol 0, which name a class and stop. */
describe("objects in place of weights", () => {
  test.each([
    ["models.net", "BoneAge", /asks for models\.net\.BoneAge.*saved whole/, /state_dict\(\)/],
    ["torch.nn.modules.container", "Sequential", /saved whole/, /state_dict\(\)/],
    ["torch._utils", "_rebuild_qtensor", /quantised/, /before quantisation/],
    [
      "posix",
      "system",
      /asks for posix\.system, which no file of weights needs; nothing was executed$/,
      /weights only/,
    ],
  ])("%s.%s", async (module, name, message, remedy) => {
    const file = join(await temporaryFolder(), "x.pt");
    await writeFile(file, latin1(`\x80\x02c${module}\n${name}\n)R.`));
    await expect(withCheckpoint(file, () => 0)).rejects.toMatchObject({
      code: "ERR_DEEPLASIA_CHECKPOINT",
      message: expect.stringMatching(message),
      remedy: expect.stringMatching(remedy),
    });
  });
});
