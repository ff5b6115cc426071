import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { assertPlatform, glibcVersion, hasSystemLibrary } from "../../../src/libtorch/system.js";
import { writeFiles } from "../../helpers/libtorch.js";
import { temporaryFolder } from "../../helpers/temporary.js";

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

describe("the platform", () => {
  test("this one is supported", () => {
    expect(glibcVersion()).toMatch(/^2\.\d+$/);
    expect(assertPlatform).not.toThrow();
  });

  test("musl is refused with the name of a working image", () => {
    vi.spyOn(process.report, "getReport").mockReturnValue({ header: {} });
    expect(assertPlatform).toThrow(
      expect.objectContaining({
        code: "ERR_DEEPLASIA_PLATFORM",
        message: expect.stringContaining("needs glibc"),
        remedy: expect.stringContaining("node:22-bookworm-slim"),
      }),
    );
  });
});

describe("system libraries", () => {
  test("the loader's own directories and cache, and LD_LIBRARY_PATH", async () => {
    expect(hasSystemLibrary("libc.so.6")).toBe(true);
    expect(hasSystemLibrary("libmadeup.so.1")).toBe(false);
    const folder = writeFiles(await temporaryFolder(), { "lib/libmadeup.so.1": "" });
    vi.stubEnv("LD_LIBRARY_PATH", `/nowhere:${join(folder, "lib")}`);
    expect(hasSystemLibrary("libmadeup.so.1")).toBe(true);
  });
});
