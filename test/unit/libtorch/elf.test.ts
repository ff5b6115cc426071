import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readSharedLibrary } from "../../../src/libtorch/elf.js";
import { elf } from "../../helpers/libtorch.js";
import { temporaryFolder } from "../../helpers/temporary.js";

describe("reading shared libraries", () => {
  test("a minimal library", async () => {
    const folder = await temporaryFolder();
    const file = join(folder, "lib.so");
    writeFileSync(
      file,
      elf({ needed: ["libc10.so", "libgomp.so.1"], runPath: `$ORIGIN:\${ORIGIN}/../x`, machine: "arm64" }),
    );
    expect(readSharedLibrary(file)).toEqual({
      architecture: "arm64",
      needed: ["libc10.so", "libgomp.so.1"],
      runPath: [folder, `${folder}/../x`],
    });
  });

  test("every truncated copy of it is refused", async () => {
    const file = join(await temporaryFolder(), "lib.so");
    const whole = elf({ needed: ["libc10.so"] });
    for (let bytes = 0; bytes < whole.length; bytes++) {
      writeFileSync(file, whole.subarray(0, bytes));
      expect(() => readSharedLibrary(file), `${bytes} of ${whole.length} bytes`).toThrow(
        /truncated|not a 64-bit/,
      );
    }
  });

  test("a text is not a library", async () => {
    const file = join(await temporaryFolder(), "lib.so");
    writeFileSync(file, "GROUP ( libtorch_cpu.so )\n".repeat(20));
    expect(() => readSharedLibrary(file)).toThrow("is not a 64-bit shared library");
  });

  test("this Node, compared with readelf", () => {
    const { status, stdout } = spawnSync("readelf", ["-dW", process.execPath], { encoding: "utf8" });
    if (status !== 0) return;
    const needed = [...stdout.matchAll(/\(NEEDED\).*\[(.*)\]/g)].map((match) => match[1]);
    const library = readSharedLibrary(process.execPath);
    expect(library.needed).toEqual(needed);
    expect(library.architecture).toBe(process.arch);
  });
});
