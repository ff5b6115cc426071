import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { installLibtorch, removeLibtorch } from "../../../src/libtorch/installLibtorch.js";
import { fakePython, torchFiles, torchWheel, wheel, writeFiles, zip } from "../../helpers/libtorch.js";
import { temporaryFolder } from "../../helpers/temporary.js";

let folder: string;
let cache: string;

beforeEach(async () => {
  folder = await temporaryFolder();
  cache = join(folder, "cache");
  vi.unstubAllEnvs();
  vi.stubEnv("DEEPLASIA_CACHE", cache);
  vi.stubEnv("DEEPLASIA_LIBTORCH_CPU_ONLY", "1");
});

function file(name: string, content: Buffer): string {
  return join(writeFiles(folder, { [name]: content }), name);
}

/** Lists the folder of builds, unfinished ones included. */
const builds = () => (existsSync(join(cache, "libtorch")) ? readdirSync(join(cache, "libtorch")).sort() : []);
const calls = () =>
  readFileSync(join(folder, "bin/calls"), "utf8")
    .split("\n")
    .filter((line) => line.startsWith("download"));

/** Makes a fake pip that has the given wheels by requirement, on some index. */
function withPip(script: string): void {
  vi.stubEnv(
    "PATH",
    `${fakePython(join(folder, "bin"), { pip: `${script}\necho "ERROR: No matching distribution found" >&2; exit 1` })}:/usr/bin:/bin`,
  );
}

describe("from a file", () => {
  test("a wheel goes under its own version, complete and usable", async () => {
    const installed = await installLibtorch({ from: file("t.whl", torchWheel()) });
    expect(installed).toMatchObject({
      version: "2.13.0+cpu",
      problems: [],
      headers: true,
      wasPresent: false,
    });
    expect(installed.directory).toBe(join(cache, "libtorch/2.13.0-cpu/torch"));
    expect(builds()).toEqual(["2.13.0-cpu"]);
    expect(existsSync(join(folder, "t.whl"))).toBe(true);
  });

  test("PyTorch's zip", async () => {
    const { "version.py": _, ...files } = torchFiles();
    const inZip = Object.entries(files).map(([path, content]) => [`libtorch/${path}`, content]);
    const content = zip({ "libtorch/build-version": "2.13.0+cu126\n", ...Object.fromEntries(inZip) });
    const { directory, cuda } = await installLibtorch({ from: file("t.zip", content) });
    expect([directory, cuda]).toEqual([join(cache, "libtorch/2.13.0-cu126/torch"), "12.6"]);
  });

  test.each([
    [
      "a damaged wheel",
      torchWheel({}, { alter: (record) => record.replace(/(libc10\.so,sha256=)..../, "$1AAAA") }),
    ],
    [
      "a wheel with a truncated library",
      wheel({
        ...inTorch({ "lib/libtorch_cpu.so": torchFiles()["lib/libtorch_cpu.so"]!.slice(0, 150) as Buffer }),
      }),
    ],
    ["a wheel without libraries", wheel({ "torch/version.py": "__version__ = '2.13.0'\n" })],
    ["a text", Buffer.from("hello")],
  ])("%s leaves nothing", async (_, content) => {
    const failure = installLibtorch({ from: file("t.whl", content) });
    // The message names the archive, not the folder into which it was unpacked, which is gone.
    await expect(failure).rejects.toMatchObject({
      name: "DeeplasiaError",
      message: expect.stringMatching(/^(?!.*unfinished).*t\.whl/s),
      remedy: expect.stringContaining("Download it again"),
    });
    expect(builds()).toEqual([]);
  });

  test("a file that does not exist", async () => {
    await expect(installLibtorch({ from: join(folder, "no.whl") })).rejects.toThrow(
      /there is no file .*no\.whl/,
    );
  });

  test("a version that leads out of the cache is refused, and files outside stay unchanged", async () => {
    const precious = join(folder, "precious-cpu");
    mkdirSync(join(precious, "torch"), { recursive: true });
    const content = torchWheel({ version: "../../precious" });
    await expect(installLibtorch({ from: file("t.whl", content) })).rejects.toThrow(
      /"..\/..\/precious" is not a version/,
    );
    expect(existsSync(join(precious, "torch"))).toBe(true);
    await expect(installLibtorch({ version: "2.13.0 @ file:///tmp/x" })).rejects.toThrow(
      /is not a version of PyTorch/,
    );
  });

  test("--cuda refuses a build without CUDA", async () => {
    const attempt = installLibtorch({ from: file("t.whl", torchWheel()), cuda: true });
    await expect(attempt).rejects.toThrow("2.13.0+cpu that was found is a build without CUDA");
  });

  test("a cache that is not writable", async () => {
    writeFileSync(cache, "a file where the folder should be");
    await expect(installLibtorch({ from: file("t.whl", torchWheel()) })).rejects.toMatchObject({
      code: "ERR_DEEPLASIA_LIBTORCH_INSTALL",
      remedy: expect.stringContaining("DEEPLASIA_CACHE"),
    });
  });
});

function inTorch(changed: Record<string, Buffer>): Record<string, string | Buffer> {
  const files = { ...torchFiles(), ...changed };
  return Object.fromEntries(Object.entries(files).map(([path, content]) => [`torch/${path}`, content]));
}

describe("concurrent and repeated installations", () => {
  test("two at once: both succeed, and there is one build", async () => {
    const from = file("t.whl", torchWheel());
    const both = await Promise.all([installLibtorch({ from }), installLibtorch({ from })]);
    expect(both.map(({ directory }) => directory)).toEqual(
      Array(2).fill(join(cache, "libtorch/2.13.0-cpu/torch")),
    );
    expect(both.map(({ wasPresent }) => wasPresent).sort()).toEqual([false, true]);
    expect(builds()).toEqual(["2.13.0-cpu"]);
  });

  test("a broken build under the final name is replaced", async () => {
    writeFiles(cache, { "libtorch/2.13.0-cpu/torch/lib/libtorch_cpu.so": "half" });
    const { problems, wasPresent } = await installLibtorch({ from: file("t.whl", torchWheel()) });
    expect([problems, wasPresent]).toEqual([[], false]);
    expect(builds()).toEqual(["2.13.0-cpu"]);
  });

  test("an interrupted installation leaves nothing", async () => {
    const controller = new AbortController();
    const attempt = installLibtorch({
      from: file("t.whl", torchWheel()),
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    await expect(attempt).rejects.toMatchObject({ name: "AbortError" });
    expect(builds()).toEqual([]);
  });

  test("a disk error in the middle of many files is an error and does not kill the process", async () => {
    const many = Object.fromEntries(
      Array.from({ length: 40 }, (_, i) => [`torch/include/${i}.h`, "x".repeat(200_000)]),
    );
    // A directory is in the place of the last file to be written.
    const content = wheel({ ...inTorch({}), ...many, "torch/include/20.h/in-the-way.h": "" });
    await expect(installLibtorch({ from: file("t.whl", content) })).rejects.toMatchObject({
      name: "DeeplasiaError",
    });
    expect(builds()).toEqual([]);
  });

  test("leftovers of a killed installation are removed, those of a running one are not", async () => {
    const unfinished = (host: string, pid: number) => `.unfinished-${host}-${pid}-abcdef`;
    const [dead, running, elsewhere, old] = [
      unfinished(hostname(), 2 ** 22 + 1),
      unfinished(hostname(), process.pid),
      unfinished("other-host", 1),
      unfinished("other-host", 2),
    ];
    for (const name of [dead, running, elsewhere, old])
      writeFiles(cache, { [`libtorch/${name}/tree/x`]: "" });
    const longAgo = new Date(Date.now() - 2 * 24 * 3600 * 1000);
    utimesSync(join(cache, "libtorch", old!), longAgo, longAgo);
    await installLibtorch({ from: file("t.whl", torchWheel()) });
    expect(builds()).toEqual([running, elsewhere, "2.13.0-cpu"].sort());
  });

  test("remove deletes the builds and downloads, and nothing else in the cache", async () => {
    await installLibtorch({ from: file("t.whl", torchWheel()) });
    writeFiles(cache, { "other/file": "stays", "downloads/torch.whl": "" });
    expect(await removeLibtorch()).toEqual([join(cache, "libtorch/2.13.0-cpu")]);
    expect(readdirSync(cache).sort()).toEqual(["libtorch", "other"]);
    expect(builds()).toEqual([]);
    expect(await removeLibtorch()).toEqual([]);
  });
});

describe("with pip", () => {
  const CPU_NAME = "torch-2.13.0+cpu-cp311-cp311-linux_x86_64.whl";

  test("requests the CPU build by name from the configured indexes", async () => {
    const wheelFile = file("t.whl", torchWheel());
    withPip(`case "$wanted" in *+cpu) cp '${wheelFile}' "$dest/${CPU_NAME}"; exit 0;; esac`);
    expect(await installLibtorch()).toMatchObject({ version: "2.13.0+cpu", wasPresent: false });
    expect(calls()).toEqual([expect.stringContaining("torch==2.13.0+cpu")]);
    expect(calls()[0]).not.toContain("--index-url");
    expect(readdirSync(join(cache, "downloads"))).toEqual([]);
    expect(await installLibtorch()).toMatchObject({ wasPresent: true });
    expect(calls().length).toBe(1);
  });

  test("then from PyTorch's CPU index", async () => {
    const wheelFile = file("t.whl", torchWheel());
    withPip(`if [ -n "$index" ]; then cp '${wheelFile}' "$dest/${CPU_NAME}"; exit 0; fi`);
    await installLibtorch();
    expect(calls().map((call) => /--index-url (\S+)/.exec(call)?.[1])).toEqual([
      undefined,
      "https://download.pytorch.org/whl/cpu",
    ]);
  });

  test("a wheel for another Python is accepted; an unreachable index is asked once", async () => {
    const wheelFile = file("t.whl", torchWheel());
    withPip(`
      if [ -n "$index" ]; then echo "WARNING: Retrying (Retry(total=4))"; exit 1; fi
      tail -n 1 '${folder}/bin/calls' | grep -q -- '--python-version 3.13' && { cp '${wheelFile}' "$dest/${CPU_NAME}"; exit 0; }`);
    await installLibtorch();
    expect(calls().filter((call) => call.includes("--index-url")).length).toBe(1);
    expect(calls().at(-1)).toContain("--platform manylinux_2_28_");
  });

  test("no index has it: each one is named with its reason", async () => {
    withPip(`if [ -n "$index" ]; then echo "WARNING: Retrying (Retry(total=4))"; exit 1; fi`);
    await expect(installLibtorch({ version: "9.9.9" })).rejects.toMatchObject({
      code: "ERR_DEEPLASIA_LIBTORCH_INSTALL",
      message: expect.stringMatching(
        /torch 9\.9\.9 for the CPU[\s\S]*configured indexes: has no such[\s\S]*whl\/cpu: cannot be reached/,
      ),
      remedy: expect.stringContaining("as `from`"),
    });
    expect(builds()).toEqual([]);
  });

  test("--cuda takes the plain wheel and the nvidia wheels that it requires, in site-packages' layout", async () => {
    const metadata = 'Requires-Dist: nvidia-nccl-cu13==2.30.7; platform_system == "Linux"\n';
    const cudaTorch = { version: "2.13.0+cu130", cuda: "13.0" };
    const torch = file("t.whl", torchWheel(cudaTorch, { metadata }));
    const nccl = file(
      "n.whl",
      wheel(
        {
          "nvidia/nccl/lib/libnccl.so.2": "nccl",
          "nvidia/nccl/include/nccl.h": "header",
          "nvidia/nccl/bin/tool": "tool",
        },
        { name: "nvidia_nccl_cu13-2.30.7" },
      ),
    );
    withPip(`case "$wanted" in
      *torch===2.13.0) cp '${torch}' "$dest/torch-2.13.0-cp311-cp311-linux_x86_64.whl"; exit 0;;
      *nvidia-nccl*) cp '${nccl}' "$dest/nvidia_nccl_cu13-2.30.7-py3-none-linux_x86_64.whl"; exit 0;; esac`);
    const { directory } = await installLibtorch({ cuda: true });
    expect(directory).toBe(join(cache, "libtorch/2.13.0-cu130/torch"));
    expect(readFileSync(join(directory, "../nvidia/nccl/lib/libnccl.so.2"), "utf8")).toBe("nccl");
    expect(readdirSync(join(directory, "../nvidia/nccl"))).toEqual(["include", "lib"]);
    expect(calls()[0]).toContain("--no-deps");
    expect(calls()[1]).not.toContain("--no-deps");
  });

  test("a wheel that an earlier attempt left is not downloaded again; a damaged one is deleted", async () => {
    withPip("");
    mkdirSync(join(cache, "downloads"), { recursive: true });
    writeFileSync(join(cache, "downloads", CPU_NAME), torchWheel().subarray(0, 500));
    await expect(installLibtorch()).rejects.toThrow("cannot be unpacked");
    expect(readdirSync(join(cache, "downloads"))).toEqual([]);
    writeFileSync(join(cache, "downloads", CPU_NAME), torchWheel());
    expect(await installLibtorch()).toMatchObject({ wasPresent: false });
    expect(existsSync(join(folder, "bin/calls"))).toBe(false);
  });

  test("if pip fails, the remedy offers --from", async () => {
    vi.stubEnv("PATH", fakePython(join(folder, "bin")));
    const attempt = installLibtorch({ version: "9.9.9" });
    await expect(attempt).rejects.toMatchObject({ remedy: expect.stringContaining("as `from`") });
  });
});
