import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import * as library from "../../src/index.js";
import { projectRoot } from "../helpers/testData.js";

/** Runs CommonJS in this package's folder, where the package finds itself by its name. */
const run = (program: string, ...flags: string[]) =>
  spawnSync(process.execPath, [...flags, "-e", program], { cwd: projectRoot, encoding: "utf8" });

test("require gives what import gives", () => {
  const { stdout, stderr } = run('console.log(Object.keys(require("deeplasia-native")).sort().join())');
  expect(stderr).not.toMatch(/Error/);
  expect(stdout.trim()).toBe(Object.keys(library).sort().join());
});

test("a Node that cannot require ES modules says what to do", () => {
  const { status, stderr } = run('require("deeplasia-native")', "--no-experimental-require-module");
  expect(status).toBe(1);
  expect(stderr).toMatch(
    /cannot require\. Load it by `const \{ loadModel \} = await import\("deeplasia-native"\)`/,
  );
});
