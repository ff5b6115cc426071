import { createRequire } from "node:module";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { describe, expect, test } from "vitest";
import { compiledVersions, coreFor, findAddon } from "../../src/libtorch/addon.js";
import { requireLibtorch } from "../../src/libtorch/searchLibtorch.js";
import { temporaryFolder } from "../helpers/temporary.js";

interface Bootstrap {
  open(library: string): { version: string | null; path: string };
}

const addon = findAddon();
const { libraries } = requireLibtorch({ versions: compiledVersions(addon), headers: false });
const library = join(libraries, "libtorch_cpu.so");
const bootstrap = createRequire(import.meta.url)(addon.bootstrap) as Bootstrap;

describe("the bootstrap", () => {
  test("a library that cannot be opened is an error with a code", async () => {
    const missing = join(await temporaryFolder(), "libtorch_cpu.so");
    const coded = expect.objectContaining({
      code: "ERR_DEEPLASIA_LIBTORCH_BROKEN",
      message: expect.stringContaining(missing),
    });
    expect(() => bootstrap.open(missing)).toThrow(coded);
    expect(() => (bootstrap.open as (value: unknown) => void)(7)).toThrow("path must be a string");
  });

  test("opens libtorch, returns its version, and may do so again", () => {
    const opened = bootstrap.open(library);
    const { compiledFor } = coreFor(addon, opened.version);
    expect(opened.version?.split(".").slice(0, 2)).toEqual(compiledFor.split(".").slice(0, 2));
    expect(bootstrap.open(library)).toEqual(opened);
  });

  test("waiting threads do not spin, unless the user wants it", () => {
    expect(process.env.OMP_WAIT_POLICY).toBe("passive");
  });

  test("a second libtorch is refused, with both named", async () => {
    const other = join(await temporaryFolder(), "libtorch_cpu.so");
    bootstrap.open(library);
    expect(() => bootstrap.open(other)).toThrow(
      /another libtorch is already in this process: .*wanted: .*libtorch_cpu\.so/,
    );
  });

  test("several workers open the same one, and end", async () => {
    const source = `
      const { workerData, parentPort } = require("node:worker_threads");
      parentPort.postMessage(require(workerData.bootstrap).open(workerData.library).version);`;
    const answers = await Promise.all(
      [1, 2, 3].map(
        () =>
          new Promise((resolve, reject) => {
            const worker = new Worker(source, {
              eval: true,
              workerData: { bootstrap: addon.bootstrap, library },
            });
            let version: unknown;
            worker.on("message", (message) => {
              version = message;
            });
            worker.on("error", reject);
            worker.on("exit", (code) => resolve([version, code]));
          }),
      ),
    );
    expect(answers).toEqual(Array(3).fill([bootstrap.open(library).version, 0]));
  });
});
