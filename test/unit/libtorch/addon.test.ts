import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { findAddon } from "../../../src/libtorch/addon.js";
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
      core: join(root, prebuilds, "deeplasia_core.so"),
      origin: "prebuild",
      compiledFor: "2.13.0",
    });
    writeFiles(join(root, "build/Release"), PAIR);
    expect(findAddon(root)).toMatchObject({
      origin: "build/Release",
      core: join(root, "build/Release/deeplasia_core.so"),
    });
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
