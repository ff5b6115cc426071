import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { gpuOf, memoryOf } from "../../../src/acceptance/nvidiaSmi.js";
import { temporaryFolder } from "../../helpers/temporary.js";

afterEach(() => vi.unstubAllEnvs());

/** Puts a program of that name first on PATH. */
async function fakeTool(script: string): Promise<void> {
  const folder = await temporaryFolder();
  const file = join(folder, "nvidia-smi");
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  vi.stubEnv("PATH", `${folder}:${process.env.PATH}`);
}

test.each([
  ["cpu", undefined, null],
  ["cuda:1", undefined, "1"],
  ["cuda:0", "3,5", "3"],
  ["cuda:1", "GPU-a, GPU-b", "GPU-b"],
  ["cuda:2", "3,5", null],
])("%s with CUDA_VISIBLE_DEVICES=%s is %s for nvidia-smi", (device, visible, gpu) => {
  expect(gpuOf(device, visible)).toBe(gpu);
});

test("memory is in mebibytes", async () => {
  await fakeTool("echo 143771");
  expect(await memoryOf("0")).toBe(143_771 * 2 ** 20);
});

test("without the tool it is null", async () => {
  vi.stubEnv("PATH", await temporaryFolder());
  expect(await memoryOf("0")).toBeNull();
});
