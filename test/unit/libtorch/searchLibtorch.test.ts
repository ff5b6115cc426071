import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { DeeplasiaError } from "../../../src/errors.js";
import { requireLibtorch, searchLibtorch } from "../../../src/libtorch/searchLibtorch.js";
import { elf, type FakeTorch, fakePython, torchFiles, writeFiles } from "../../helpers/libtorch.js";
import { temporaryFolder } from "../../helpers/temporary.js";

const WANTED = { versions: ["2.13.0"], headers: false };
let folder: string;

/** An empty machine; each test adds what it needs. */
beforeEach(async () => {
  folder = await temporaryFolder();
  vi.unstubAllEnvs();
  for (const name of ["DEEPLASIA_LIBTORCH", "LIBTORCH", "LD_LIBRARY_PATH", "DEEPLASIA_SKIP_VERSION_CHECK"])
    vi.stubEnv(name, "");
  vi.stubEnv("DEEPLASIA_LIBTORCH_CPU_ONLY", undefined);
  vi.stubEnv("DEEPLASIA_CACHE", join(folder, "cache"));
  vi.stubEnv("PATH", join(folder, "empty"));
});

const makeTorch = (path: string, torch: FakeTorch = {}) => writeFiles(join(folder, path), torchFiles(torch));

function withPython(torch: string): void {
  vi.stubEnv("PATH", `${fakePython(join(folder, "bin"), { torch })}:/usr/bin:/bin`);
}

function thrown(act: () => unknown): DeeplasiaError {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(DeeplasiaError);
    return error as DeeplasiaError;
  }
  throw new Error("nothing was thrown");
}

describe("the search", () => {
  test("without any libtorch the error names the install command", () => {
    expect(searchLibtorch(WANTED)).toEqual({ candidates: [], chosen: null, why: "no libtorch was found" });
    const error = thrown(() => requireLibtorch(WANTED));
    expect(error.code).toBe("ERR_DEEPLASIA_LIBTORCH_MISSING");
    expect(error.remedy).toContain("libtorch install");
  });

  test("the order is the environment, Python, the system, the cache", () => {
    const places = [
      ["DEEPLASIA_LIBTORCH", makeTorch("named/torch")],
      ["LIBTORCH", makeTorch("other/torch")],
      ["python", makeTorch("site-packages/torch")],
      ["system", makeTorch("opt/torch")],
      ["cache", makeTorch("cache/libtorch/2.13.0-cpu/torch")],
    ] as const;
    withPython(places[2][1]);
    vi.stubEnv("DEEPLASIA_LIBTORCH", places[0][1]);
    vi.stubEnv("LIBTORCH", places[1][1]);
    vi.stubEnv("LD_LIBRARY_PATH", join(places[3][1], "lib"));
    const found = () =>
      searchLibtorch(WANTED, { all: true }).candidates.map(({ source, directory }) => [source, directory]);
    expect(found()).toEqual(places);
    for (const [source, directory] of places) {
      expect(requireLibtorch(WANTED)).toMatchObject({
        source,
        directory,
        version: "2.13.0+cpu",
        problems: [],
      });
      if (source === "python") vi.stubEnv("PATH", join(folder, "empty"));
      else if (source === "system") vi.stubEnv("LD_LIBRARY_PATH", "");
      else if (source !== "cache") vi.stubEnv(source, "");
    }
  });

  test("a Python's torch of another version is skipped, and the reason is kept", () => {
    withPython(makeTorch("site-packages/torch", { version: "2.14.1+cu130", cuda: "13.0" }));
    const cached = makeTorch("cache/libtorch/2.13.0-cpu/torch");
    const { candidates, chosen, why } = searchLibtorch(WANTED);
    expect(chosen?.directory).toBe(cached);
    expect(why).toContain("1 skipped");
    expect(candidates[0]?.problems[0]?.message).toMatch(/2\.14\.1\+cu130.*compiled for 2\.13\.0/);
  });

  test("if there is only another version, the error names both", () => {
    withPython(makeTorch("site-packages/torch", { version: "2.12.0" }));
    const error = thrown(() => requireLibtorch(WANTED));
    expect(error.code).toBe("ERR_DEEPLASIA_LIBTORCH_VERSION");
    expect(error.message).toMatch(/2\.12\.0.*2\.13\.0/s);
    vi.stubEnv("DEEPLASIA_SKIP_VERSION_CHECK", "1");
    expect(requireLibtorch(WANTED).version).toBe("2.12.0");
  });

  test("without headers it can be used, but not for building", () => {
    withPython(makeTorch("site-packages/torch", { headers: false }));
    expect(requireLibtorch(WANTED).headers).toBe(false);
    expect(thrown(() => requireLibtorch({ ...WANTED, headers: true })).message).toContain("script.h");
  });
});

describe("a directory that the user names", () => {
  test.each(["DEEPLASIA_LIBTORCH", "LIBTORCH"])("%s is refused, not skipped", (variable) => {
    withPython(makeTorch("site-packages/torch"));
    vi.stubEnv(variable, join(folder, "nowhere"));
    const { chosen, why } = searchLibtorch(WANTED, { all: true });
    expect(chosen).toBeNull();
    expect(why).toContain(variable);
    const error = thrown(() => requireLibtorch(WANTED));
    expect(error.message).toContain(`${variable}: ${join(folder, "nowhere")} does not exist`);
    expect(error.remedy).toContain(`Unset ${variable}`);
  });

  test("an existing one without libtorch, and one of another version", () => {
    vi.stubEnv("DEEPLASIA_LIBTORCH", writeFiles(join(folder, "data"), { "x.txt": "" }));
    expect(thrown(() => requireLibtorch(WANTED)).message).toContain("holds no libtorch");
    vi.stubEnv("DEEPLASIA_LIBTORCH", makeTorch("old/torch", { version: "2.12.0" }));
    expect(thrown(() => requireLibtorch(WANTED)).code).toBe("ERR_DEEPLASIA_LIBTORCH_VERSION");
  });

  test("may be the torch directory, the folder above it, its lib, or PyTorch's zip", () => {
    const torch = makeTorch("a/torch");
    const unzipped = makeTorch("z/libtorch");
    rmSync(join(unzipped, "version.py"));
    writeFileSync(join(unzipped, "build-version"), "2.13.0+cu130\n");
    for (const [named, directory] of [
      [torch, torch],
      [join(folder, "a"), torch],
      [join(torch, "lib"), torch],
      [join(folder, "z"), unzipped],
    ] as const) {
      vi.stubEnv("LIBTORCH", named);
      expect(requireLibtorch(WANTED)).toMatchObject({
        directory,
        libraries: join(directory, "lib"),
        headers: true,
      });
    }
    expect(requireLibtorch(WANTED)).toMatchObject({ version: "2.13.0+cu130", cuda: "13.0" });
  });

  test("may have no version in its files: the loader compares after loading", () => {
    const torch = makeTorch("a/torch");
    rmSync(join(torch, "version.py"));
    vi.stubEnv("LIBTORCH", torch);
    expect(requireLibtorch(WANTED).version).toBeNull();
  });
});

describe("several versions that fit", () => {
  test("any of them is taken; another is refused with all of them named", () => {
    const some = { versions: ["2.14.1", "2.13.0", "2.9.1"], headers: false };
    vi.stubEnv("DEEPLASIA_LIBTORCH", makeTorch("nine/torch", { version: "2.9.0" }));
    expect(requireLibtorch(some).version).toBe("2.9.0");
    vi.stubEnv("DEEPLASIA_LIBTORCH", makeTorch("twelve/torch", { version: "2.12.0" }));
    expect(thrown(() => requireLibtorch(some)).message).toContain(
      "is version 2.12.0, but the addon is compiled for 2.14.1, 2.13.0 and 2.9.1",
    );
  });

  test("building takes any that is not too old", () => {
    const building = { versions: null, oldest: "2.9", headers: false };
    vi.stubEnv("DEEPLASIA_LIBTORCH", makeTorch("ten/torch", { version: "2.10.0" }));
    expect(requireLibtorch(building).version).toBe("2.10.0");
    vi.stubEnv("DEEPLASIA_LIBTORCH", makeTorch("eight/torch", { version: "2.8.0" }));
    expect(thrown(() => requireLibtorch(building)).message).toContain("the addon needs 2.9 or newer");
  });
});

describe("libraries that cannot be loaded", () => {
  const problemsOf = (torch: string) => {
    vi.stubEnv("LIBTORCH", torch);
    return searchLibtorch(WANTED).candidates[0]!.problems.map(
      ({ message, remedy }) => `${message} -> ${remedy}`,
    );
  };

  test("a truncated one is found before it is loaded", () => {
    const torch = makeTorch("a/torch");
    writeFileSync(join(torch, "lib/libtorch_cpu.so"), elf({ needed: ["libc10.so"] }).subarray(0, 200));
    expect(problemsOf(torch)).toEqual([
      expect.stringMatching(/libtorch_cpu\.so is truncated: 200 bytes.*libtorch install/),
    ]);
  });

  test("one is missing", () => {
    const torch = makeTorch("a/torch");
    rmSync(join(torch, "lib/libc10.so"));
    expect(problemsOf(torch).join()).toContain("libc10.so is missing");
  });

  test("one is for another processor", () => {
    const torch = makeTorch("a/torch");
    const machine = process.arch === "x64" ? "arm64" : "x64";
    writeFileSync(join(torch, "lib/libc10.so"), elf({ machine }));
    expect(problemsOf(torch)).toEqual([
      expect.stringContaining(`libc10.so is for ${machine}, but this Node is for ${process.arch}`),
    ]);
  });

  test("libgomp is missing", () => {
    const torch = makeTorch("a/torch", { needed: ["libgomp.so.77"] });
    expect(problemsOf(torch)).toEqual([
      expect.stringMatching(/needs libgomp\.so\.77.*apt-get install libgomp1/),
    ]);
    writeFileSync(join(torch, "lib/libgomp.so.77"), elf());
    expect(problemsOf(torch)).toEqual([]);
  });

  test("a CUDA build lacks its nvidia packages, even if it is to run on the CPU only", () => {
    const torch = makeTorch("a/torch", {
      version: "2.13.0+cu130",
      cuda: "13.0",
      needed: ["libcudart.so.77"],
    });
    vi.stubEnv("DEEPLASIA_LIBTORCH_CPU_ONLY", "1");
    expect(problemsOf(torch)).toEqual([expect.stringMatching(/libcudart\.so\.77.*libtorch install --cuda/)]);
    vi.stubEnv("DEEPLASIA_LIBTORCH_CPU_ONLY", "0");
    expect(problemsOf(torch).join()).toContain("libtorch_cuda.so is missing");
  });
});

describe("the cache", () => {
  test("the newest usable version comes first; unfinished folders are not builds", () => {
    for (const name of ["2.13.0-cpu", "2.13.2-cpu", "2.13.10-cpu", "2.14.0-cpu"]) {
      makeTorch(`cache/libtorch/${name}/torch`, { version: `${name.replace("-", "+")}` });
    }
    makeTorch("cache/libtorch/.unfinished-host-1-abcdef/tree/torch");
    const { candidates, chosen } = searchLibtorch(WANTED);
    expect(candidates.map(({ version }) => version)).toEqual(["2.14.0+cpu", "2.13.10+cpu"]);
    expect(chosen?.version).toBe("2.13.10+cpu");
  });
});
