import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { compiledVersions, coreFor, findAddon } from "../../../src/libtorch/addon.js";
import { writeFiles } from "../../helpers/libtorch.js";
import { temporaryFolder } from "../../helpers/temporary.js";

const PAIR = {
  "deeplasia.node": "",
  "deeplasia_core.so": "",
  "deeplasia_core.json": '{"libtorch":"2.13.0"}',
};

async function packageWith(folder: string, files: Record<string, string>): Promise<string> {
  const inFolder = Object.entries(files).map(([name, content]) => [join(folder, name), content]);
  return writeFiles(await temporaryFolder(), Object.fromEntries(inFolder));
}

describe("finding the addon", () => {
  test("a local build is preferred to a prebuild", async () => {
    const prebuilds = `prebuilds/${process.platform}-${process.arch}`;
    const root = await packageWith(prebuilds, PAIR);
    expect(findAddon(root)).toEqual({
      bootstrap: join(root, prebuilds, "deeplasia.node"),
      cores: [{ path: join(root, prebuilds, "deeplasia_core.so"), compiledFor: "2.13.0" }],
      origin: "prebuild",
    });
    writeFiles(join(root, "build/Release"), PAIR);
    expect(findAddon(root)).toMatchObject({
      origin: "build/Release",
      cores: [{ path: join(root, "build/Release/deeplasia_core.so") }],
    });
  });

  test("prebuilds have a core for each minor version, of which the fitting one is taken", async () => {
    const prebuilds = `prebuilds/${process.platform}-${process.arch}`;
    const root = await packageWith(prebuilds, { "deeplasia.node": "" });
    for (const version of ["2.9.1", "2.13.0", "2.10.0"])
      writeFiles(join(root, prebuilds, `libtorch-${version.replace(/\.\d+$/, "")}`), {
        "deeplasia_core.so": "",
        "deeplasia_core.json": JSON.stringify({ libtorch: version }),
      });
    const addon = findAddon(root);
    expect(compiledVersions(addon)).toEqual(["2.13.0", "2.10.0", "2.9.1"]);
    expect(coreFor(addon, "2.9.0+cu128").path).toBe(join(root, prebuilds, "libtorch-2.9/deeplasia_core.so"));
    // With the check of versions switched off, at the user's own risk.
    expect(coreFor(addon, "2.14.1").compiledFor).toBe("2.13.0");
  });

  test.each([
    ["nothing", {}, /no \*\.node in .*build\/Release or .*prebuilds/],
    ["no core", { "deeplasia.node": "" }, /deeplasia_core\.so is missing/],
    ["no version", { ...PAIR, "deeplasia_core.json": "{}" }, /deeplasia_core\.json.* cannot be read/],
  ])("%s: the message names the missing file, and the remedy how to build it", async (_, files, message) => {
    const root = await packageWith("build/Release", files);
    expect(() => findAddon(root)).toThrow(
      expect.objectContaining({
        code: "ERR_DEEPLASIA_ADDON",
        message: expect.stringMatching(message),
        remedy: expect.stringContaining("npm run build"),
      }),
    );
  });
});
