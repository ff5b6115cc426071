/** The check of the prebuilds finds symbols that are too new, and the existing prebuilds pass it. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
// @ts-expect-error: a script without types
import { isAtMost, tooNewSymbols } from "../../scripts/symbol-versions.mjs";
import { projectRoot } from "../helpers/testData.js";

describe("versions", () => {
  test.each([
    ["2.28", "2.28", true],
    ["2.2.5", "2.28", true],
    ["2.3", "2.28", true],
    ["2.28.1", "2.28", false],
    ["2.29", "2.28", false],
    ["2.34", "2.28", false],
    ["3.4", "3.4.22", true],
    ["3.4.9", "3.4.22", true],
    ["3.4.30", "3.4.22", false],
    ["10", "7.0.0", false],
    ["ABI_DT_RELR", "2.28", false],
    ["PRIVATE", "2.28", false],
  ])("%s is at most %s: %s", (version, limit, expected) => {
    expect(isAtMost(version, limit)).toBe(expected);
  });
});

test("names the symbols of a binary that need a newer version", () => {
  const node = process.execPath;
  expect(tooNewSymbols(node, { GLIBC: "99" })).toEqual([]);
  // memcpy has version 2.14 on x64 since 2011; every Node needs a symbol above 2.0.
  expect(tooNewSymbols(node, { GLIBC: "2.0" }).join("\n")).toMatch(/GLIBC_2\.\d+\S* +\w+/);
});

const prebuilds = join(projectRoot, "prebuilds", `${process.platform}-${process.arch}`);
const BOOTSTRAP = "deeplasia.glibc.node";
/** Exists only after `npm run prebuilds -- --nccl`. */
const NCCL = "deeplasia_nccl.so";
const title = "the prebuilds run on RHEL 8";

describe.skipIf(!existsSync(prebuilds))(
  `${title}${existsSync(prebuilds) ? "" : " (make them: npm run prebuilds)"}`,
  () => {
    const folders = existsSync(prebuilds) ? readdirSync(prebuilds).filter((name) => name !== BOOTSTRAP) : [];
    const cores = folders.flatMap((folder) => [`${folder}/deeplasia_core.so`, `${folder}/${NCCL}`]);

    test.for([BOOTSTRAP, ...cores])("%s", (name, { skip }) => {
      skip(name.endsWith(NCCL) && !existsSync(join(prebuilds, name)), "made without --nccl");
      expect(tooNewSymbols(join(prebuilds, name))).toEqual([]);
    });

    test("the folders hold nothing else", () => {
      expect(folders.length).toBeGreaterThan(0);
      for (const folder of folders) {
        expect(folder).toMatch(/^libtorch-\d+\.\d+$/);
        const found = readdirSync(join(prebuilds, folder)).filter((name) => name !== NCCL);
        expect(found.sort()).toEqual(["deeplasia_core.json", "deeplasia_core.so"]);
      }
    });
  },
);
