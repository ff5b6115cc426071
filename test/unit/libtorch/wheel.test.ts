import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  nvidiaRequirements,
  parseRecord,
  readArchive,
  unpackWheel,
  unpackZip,
} from "../../../src/libtorch/wheel.js";
import { torchFiles, torchWheel, wheel, zip } from "../../helpers/libtorch.js";
import { temporaryFolder } from "../../helpers/temporary.js";

async function archive(content: Buffer): Promise<{ file: string; target: string }> {
  const folder = await temporaryFolder();
  const file = join(folder, "archive.whl");
  writeFileSync(file, content);
  return { file, target: join(folder, "tree") };
}

describe("metadata of a wheel", () => {
  test("RECORD: quoted paths, and lines without a digest", () => {
    const record = parseRecord(
      'torch/version.py,sha256=zovT6I,313\r\n"torch/a,b.h",sha256=AA_-,7\r\ntorch.dist-info/RECORD,,\r\n',
    );
    expect([...record]).toEqual([
      ["torch/version.py", { sha256: "zovT6I", bytes: 313 }],
      ["torch/a,b.h", { sha256: "AA_-", bytes: 7 }],
    ]);
  });

  test("CUDA's libraries among the requirements of torch 2.14.1", () => {
    const metadata = [
      "Requires-Dist: filelock",
      'Requires-Dist: cuda-toolkit[cublas,cudart]==13.0.3; platform_system == "Linux"',
      'Requires-Dist: cuda-bindings<14,>=13.0.3; platform_system == "Linux" and python_version < "3.15"',
      'Requires-Dist: nvidia-cudnn-cu13==9.24.0.43; platform_system == "Linux"',
      'Requires-Dist: nvidia-extra==1; extra == "all"',
      'Requires-Dist: triton~=3.8.0; platform_system == "Linux"',
      "",
    ].join("\n");
    expect(nvidiaRequirements(metadata)).toEqual([
      'cuda-toolkit[cublas,cudart]==13.0.3; platform_system == "Linux"',
      'nvidia-cudnn-cu13==9.24.0.43; platform_system == "Linux"',
    ]);
  });

  test.each([
    "nvidia-x @ file:///tmp/evil",
    "nvidia-x@ https://example.org/x.whl",
    "nvidia-x==1; extra @ file:///tmp/evil",
    "nvidia-x --index-url=https://example.org",
    "nvidia-x ../evil",
  ])("a requirement that is more than a name and versions is refused: %s", (requirement) => {
    expect(() => nvidiaRequirements(`Requires-Dist: ${requirement}\n`)).toThrow(/not a name with versions/);
  });

  test.each([
    "nvidia-nccl-cu13==2.30.7",
    "nvidia-x (>=1.0,<2)",
    "nvidia-x[a,b] ~= 1.2 ; python_version < '3.13' and platform_machine == \"x86_64\"",
    "cuda-toolkit",
  ])("a plain one is kept: %s", (requirement) => {
    expect(nvidiaRequirements(`Requires-Dist: ${requirement}\n`)).toEqual([requirement]);
  });

  test.each([
    ["version", { version: "../../evil" }],
    ["version", { version: "2.13.0/../../x" }],
    ["version", { version: "2.13.0+cu130\\x" }],
    ["version of CUDA", { version: "2.13.0+cu130", cuda: "../../evil" }],
  ])("an invalid %s is refused: %j", async (_, torch) => {
    const { file } = await archive(torchWheel(torch));
    await expect(readArchive(file)).rejects.toThrow(/is not a version/);
    const zipped = await archive(zip({ "libtorch/build-version": "2.13.0/../../evil" }));
    await expect(readArchive(zipped.file)).rejects.toThrow(/is not a version|neither/);
  });

  test("version and kind are read before anything is unpacked", async () => {
    const metadata = "Requires-Dist: nvidia-nccl-cu13==2.30.7\n";
    const cpu = await archive(torchWheel({}, { metadata }));
    expect(await readArchive(cpu.file)).toEqual({
      kind: "wheel",
      version: "2.13.0+cpu",
      cuda: null,
      nvidia: [],
    });
    const cuda = await archive(torchWheel({ version: "2.13.0+cu130", cuda: "13.0" }, { metadata }));
    expect(await readArchive(cuda.file)).toMatchObject({
      cuda: "13.0",
      nvidia: ["nvidia-nccl-cu13==2.30.7"],
    });
    const zipped = await archive(zip({ "libtorch/build-version": "2.13.0+cu130\n" }));
    expect(await readArchive(zipped.file)).toEqual({
      kind: "zip",
      version: "2.13.0+cu130",
      cuda: "13.0",
      nvidia: [],
    });
  });

  test.each([
    [
      "a text",
      Buffer.from("not a zip at all, but long enough to hold the end record"),
      "End of central directory",
    ],
    ["half a wheel", torchWheel().subarray(0, 900), "End of central directory"],
    ["another zip", zip({ "readme.txt": "hello" }), "neither torch/version.py"],
    ["an empty file", Buffer.alloc(0), "cannot be unpacked"],
  ])("%s is refused with the name of the file", async (_, content, reason) => {
    const { file } = await archive(content);
    await expect(readArchive(file)).rejects.toMatchObject({
      code: "ERR_DEEPLASIA_LIBTORCH_INSTALL",
      file,
      message: expect.stringMatching(new RegExp(`archive\\.whl.*${reason}`)),
    });
  });
});

describe("unpacking", () => {
  test("what C++ needs of a wheel, byte for byte, and no Python", async () => {
    const { file, target } = await archive(torchWheel());
    const seen: [number, number][] = [];
    await unpackWheel(file, target, { onProgress: (done, total) => seen.push([done, total]) });
    const files = torchFiles();
    for (const [path, content] of Object.entries(files)) {
      expect(readFileSync(join(target, "torch", path))).toEqual(Buffer.from(content as string));
    }
    expect(existsSync(join(target, "torch/__init__.py"))).toBe(false);
    const bytes = Object.values(files).reduce(
      (sum, content) => sum + Buffer.byteLength(content as string),
      0,
    );
    expect(seen.at(-1)).toEqual([bytes, bytes]);
  });

  test("only the libraries and headers of an nvidia wheel, beside torch/", async () => {
    const files = {
      "nvidia/cu13/lib/libcublas.so.13": "x",
      "nvidia/cu13/include/cublas.h": "y",
      "nvidia/__init__.py": "",
    };
    const { file, target } = await archive(wheel(files, { name: "nvidia_cublas-13.1" }));
    await unpackWheel(file, target);
    expect(readFileSync(join(target, "nvidia/cu13/lib/libcublas.so.13"), "utf8")).toBe("x");
    expect(readFileSync(join(target, "nvidia/cu13/include/cublas.h"), "utf8")).toBe("y");
    expect(existsSync(join(target, "nvidia/__init__.py"))).toBe(false);
  });

  test.each([
    [
      "another digest",
      (record: string) => record.replace(/(version\.py,sha256=)..../, "$1AAAA"),
      "differs from its RECORD",
    ],
    [
      "another size",
      (record: string) => record.replace(/(version\.py,.*,)\d+/, "$17"),
      "differs from its RECORD",
    ],
    ["no line", (record: string) => record.replace(/.*version\.py.*\n/, ""), "is not in its RECORD"],
  ])("a file with %s in RECORD is refused by name", async (_, alter, reason) => {
    const { file, target } = await archive(torchWheel({}, { alter }));
    await expect(unpackWheel(file, target)).rejects.toThrow(new RegExp(`torch/version\\.py ${reason}`));
  });

  test("PyTorch's zip: its own folder becomes torch/, and a damaged byte is found", async () => {
    const content = zip({
      "libtorch/build-version": "2.13.0+cpu\n",
      "libtorch/lib/libc10.so": "library",
      "libtorch/bin/x": "",
    });
    const good = await archive(content);
    await unpackZip(good.file, good.target);
    expect(readFileSync(join(good.target, "torch/lib/libc10.so"), "utf8")).toBe("library");
    expect(existsSync(join(good.target, "torch/bin"))).toBe(false);
    content.write("L", content.indexOf("library"));
    const bad = await archive(content);
    await expect(unpackZip(bad.file, bad.target)).rejects.toThrow(
      "libtorch/lib/libc10.so differs from its checksum",
    );
  });

  test("a path that leads out of the target is refused", async () => {
    const { file } = await archive(
      zip({ "torch/version.py": "__version__ = '2.13.0'\n", "torch/lib/../../../evil": "x" }),
    );
    await expect(readArchive(file)).rejects.toThrow(/invalid relative path/);
  });
});
