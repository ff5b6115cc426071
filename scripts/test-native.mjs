/**
 * core_test, the test of the plain C++ (no N-API, no Node): configure, build, run by ctest. It is linked of the addon's own
 * objects; with --sanitize it is built under AddressSanitizer and UBSan, in a folder of its own.
 */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { checkTools, currentBuild } from "./build-native.mjs";
import { setup, setupForBuild } from "./setup.mjs";
import { root, run, runAsScript, SetupError } from "./steps.mjs";

/**
 * Configure and build core_test. In the background it prints only failures, and runs only while the cores are idle.
 * @returns {Promise<string>} the build folder
 */
export async function buildCoreTest({ sanitize = false, background = false } = {}) {
  checkTools();
  const libtorch = await (sanitize ? setupForBuild() : setup());
  // Without a current build of the addons the objects are compiled in the folder of the next one.
  const folder = sanitize ? join(root, "build-sanitize") : (currentBuild(libtorch) ?? join(root, "build"));
  const flags = [
    `-DLIBTORCH=${libtorch.directory}`,
    "-DDEEPLASIA_TESTS=ON",
    `-DDEEPLASIA_SANITIZE=${sanitize ? "ON" : "OFF"}`,
  ];
  const cmake = (...args) =>
    background ? run("nice", ["-n", "19", "cmake", ...args], { quiet: true }) : run("cmake", args);
  await cmake("-S", root, "-B", folder, "-Wno-dev", ...flags);
  await cmake("--build", folder, "--target", "core_test", "--parallel", "2");
  return folder;
}

/** @returns {Promise<import("./test.mjs").Counts>} counts of the tests in core_test */
export const runCoreTest = async (folder) => count(await ctest(folder));

/** Everything that ctest prints, shown as it comes. */
function ctest(folder) {
  return new Promise((resolve, reject) => {
    const child = spawn("ctest", ["--test-dir", folder, "--verbose"], {
      stdio: ["ignore", "pipe", process.stderr],
    });
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text) => {
      output += text;
      process.stderr.write(text);
    });
    child.on("error", (error) => reject(new SetupError(`ctest: ${error.message}`)));
    child.on("close", (status) => resolve({ output, status }));
  });
}

/** Lines of native/test/check.h; a run that ends with an error counts as a failure even if no test reports one. */
function count({ output, status }) {
  const lines = (word) => output.match(new RegExp(`^\\d+: ${word} `, "gm"))?.length ?? 0;
  const failed = lines("FAILED");
  return {
    passed: lines("ok   "),
    failed: status === 0 ? failed : Math.max(failed, 1),
    skipped: lines("skipped"),
    failures: output.match(/(?<=^\d+: FAILED )\w+/gm)?.map((name) => `core_test > ${name}`) ?? [],
  };
}

await runAsScript(import.meta.url, async () => {
  const { values } = parseArgs({ options: { sanitize: { type: "boolean" } } });
  const { passed, failed, skipped } = await runCoreTest(await buildCoreTest(values));
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  if (failed > 0) process.exitCode = 1;
});
