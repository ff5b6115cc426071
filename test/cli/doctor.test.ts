import { spawnSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, readdirSync, readSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { compiledVersions, coreFor, findAddon } from "../../src/libtorch/addon.js";
import type { Diagnosis } from "../../src/libtorch/diagnose.js";
import { requireLibtorch } from "../../src/libtorch/searchLibtorch.js";
import { runCli } from "../helpers/cli.js";
import { writeFiles } from "../helpers/libtorch.js";
import { temporaryFolder } from "../helpers/temporary.js";

const addon = findAddon();
const real = requireLibtorch({ versions: compiledVersions(addon), headers: false });
const { compiledFor } = coreFor(addon, real.version);
const canCompile = spawnSync("cc", ["--version"]).status === 0;

async function doctor(env: Record<string, string>) {
  const { code, stdout } = await runCli(["doctor", "--json"], { env });
  return { code, report: JSON.parse(stdout) as Diagnosis };
}

/** Makes a libtorch of links to the real libraries, with another version. */
async function linkedTorch(version: string, leaveOut: string[] = []): Promise<string> {
  const folder = join(await temporaryFolder(), "torch");
  writeFiles(folder, { "version.py": `__version__ = '${version}'\n` });
  mkdirSync(join(folder, "lib"));
  for (const name of readdirSync(real.libraries)) {
    if (!leaveOut.includes(name)) symlinkSync(join(real.libraries, name), join(folder, "lib", name));
  }
  return folder;
}

/** Makes a libtorch whose libtorch_cpu.so is compiled from a line of C. */
async function compiledTorch(source: string): Promise<string> {
  const folder = writeFiles(await temporaryFolder(), { "torch/lib/c10.c": "", "torch/lib/cpu.c": source });
  for (const [input, output] of [
    ["c10.c", "libc10.so"],
    ["cpu.c", "libtorch_cpu.so"],
  ] as const) {
    const lib = join(folder, "torch/lib");
    const { status, stderr } = spawnSync("cc", [
      "-shared",
      "-fPIC",
      "-w",
      join(lib, input),
      "-o",
      join(lib, output),
    ]);
    expect(status, String(stderr)).toBe(0);
  }
  return join(folder, "torch");
}

describe("doctor", () => {
  test("a working installation", async () => {
    const { code, stdout, stderr } = await runCli(["doctor"]);
    expect(stdout).toContain("everything works");
    expect(stdout).toMatch(
      new RegExp(`\\* ${real.source} +${real.version?.replaceAll(/[.+]/g, "\\$&")} +${real.directory}`),
    );
    expect(stdout).toMatch(/^ {2}cpu: /m);
    expect([code, stderr]).toEqual([0, ""]);
  });

  test("--json is JSON and nothing else", async () => {
    const { code, report } = await doctor({});
    expect(code).toBe(0);
    expect(report).toMatchObject({
      usable: true,
      problems: [],
      versions: { node: process.versions.node, sharp: expect.any(String), libvips: expect.any(String) },
      addon: { cores: expect.arrayContaining([expect.objectContaining({ compiledFor })]) },
      loaded: { buildInfo: { libtorchCompiled: expect.stringContaining(compiledFor) } },
    });
    expect(report.loaded?.devices.map(({ name }) => name)).toContain("cpu");
    expect(report.libtorch.chosen?.directory).toBe(real.directory);
  });

  test("a directory that the user names and that does not exist", async () => {
    const { code, report } = await doctor({ DEEPLASIA_LIBTORCH: "/nowhere" });
    expect(code).toBe(1);
    expect(report.problems).toEqual([
      {
        code: "ERR_DEEPLASIA_LIBTORCH_MISSING",
        message: "DEEPLASIA_LIBTORCH: /nowhere does not exist",
        remedy: expect.stringContaining("Unset DEEPLASIA_LIBTORCH"),
      },
    ]);
  });

  test("another version is refused with both versions named, and accepted on request", async () => {
    const torch = await linkedTorch("2.9.1+cpu");
    const { code, report } = await doctor({ DEEPLASIA_LIBTORCH: torch });
    expect(code).toBe(1);
    expect(report.problems[0]).toMatchObject({
      code: "ERR_DEEPLASIA_LIBTORCH_VERSION",
      message: expect.stringMatching(new RegExp(`2\\.9\\.1\\+cpu.*compiled for ${compiledFor}`)),
    });
    expect((await doctor({ DEEPLASIA_LIBTORCH: torch, DEEPLASIA_SKIP_VERSION_CHECK: "1" })).code).toBe(0);
  });

  test("a truncated library, which would kill the process in dlopen", async () => {
    const torch = await linkedTorch(compiledFor, ["libtorch_cpu.so"]);
    const head = Buffer.alloc(1_000_000);
    const file = openSync(join(real.libraries, "libtorch_cpu.so"), "r");
    readSync(file, head, 0, head.length, 0);
    closeSync(file);
    writeFileSync(join(torch, "lib/libtorch_cpu.so"), head);
    const { code, report } = await doctor({ DEEPLASIA_LIBTORCH: torch });
    expect(code).toBe(1);
    expect(report.problems[0]?.message).toMatch(/libtorch_cpu\.so is truncated: 1000000 bytes/);
  });

  test.runIf(canCompile)("a library that kills the process: the end of the child is reported", async () => {
    const torch = await compiledTorch(
      "void abort(void); __attribute__((constructor)) static void start(void) { abort(); }",
    );
    const { code, report } = await doctor({ DEEPLASIA_LIBTORCH: torch });
    expect(code).toBe(1);
    expect(report.problems[0]).toMatchObject({
      code: "ERR_DEEPLASIA_LIBTORCH_BROKEN",
      message: expect.stringContaining("killed the process (SIGABRT)"),
    });
  });

  test.runIf(canCompile)("a library that has its version only when it is loaded", async () => {
    const torch = await compiledTorch(
      "unsigned long aoti_torch_abi_version(void) { return 0x020e010000000000UL; }",
    );
    const { report } = await doctor({ DEEPLASIA_LIBTORCH: torch });
    expect(report.problems[0]).toMatchObject({
      code: "ERR_DEEPLASIA_LIBTORCH_VERSION",
      message: expect.stringContaining(`is version 2.14.1, but the addon is compiled for ${compiledFor}`),
    });
  });

  test.runIf(canCompile)("a library that lacks what the core needs is an error, not an abort", async () => {
    const torch = await compiledTorch(
      "unsigned long aoti_torch_abi_version(void) { return 0x020d000000000000UL; }",
    );
    const { code, report } = await doctor({ DEEPLASIA_LIBTORCH: torch });
    expect(code).toBe(1);
    expect(report.problems[0]?.message).toContain("deeplasia_core.so cannot be loaded");
  });
});
