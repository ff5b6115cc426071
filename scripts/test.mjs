/**
 * `npm test`: the set-up where it is missing, then every test: vitest (test/README.md is its map) and the tests of the
 * plain C++. The last line is the sum. `npm test -- FILTER…` runs the vitest files whose path holds one
 * of the filters.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { setup } from "./setup.mjs";
import { root, runAsScript, SetupError } from "./steps.mjs";

/** @typedef {{ passed: number, failed: number, skipped: number, failures?: string[] }} Counts */

/** @returns {Promise<Counts>} */
async function vitest(filters) {
  const folder = mkdtempSync(join(tmpdir(), "deeplasia-vitest-"));
  const report = join(folder, "report.json");
  try {
    const status = await start(process.execPath, [
      ...[join(root, "node_modules/vitest/vitest.mjs"), "run", ...filters],
      ...["--reporter=default", "--reporter=json", `--outputFile.json=${report}`],
    ]);
    return countVitest(report, status);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A file that cannot be imported has no tests, and an error outside all tests fails the run: each counts as a failure. */
function countVitest(report, status) {
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = readReport(report);
  const broken = testResults.filter((file) => file.status === "failed" && file.assertionResults.length === 0);
  const failed = numFailedTests + broken.length;
  return {
    passed: numPassedTests,
    failed: status === 0 ? failed : Math.max(failed, 1),
    skipped: numPendingTests + numTodoTests,
    failures: testResults.flatMap(failuresOf),
  };
}

/** One line for each failed test of a file with the reason, so that the last lines of a log are enough. */
function failuresOf(file) {
  if (file.status !== "failed") return [];
  const path = relative(root, file.name);
  if (file.assertionResults.length === 0) return [`${path}: ${firstLines(file.message)}`];
  const failed = file.assertionResults.filter((test) => test.status === "failed");
  return failed.map((test) => `${path} > ${test.fullName}: ${firstLines(test.failureMessages.join("\n"))}`);
}

const firstLines = (text) => text.split("\n").slice(0, 6).join(" | ");

function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw new SetupError(`vitest ended without a report: ${cause.message}`, { cause });
  }
}

function start(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: "inherit" });
    child.on("error", reject);
    child.on("close", resolve);
  });
}

/** @param {Counts[]} suites */
function total(suites) {
  const sum = (key) => suites.reduce((all, counts) => all + counts[key], 0);
  return { passed: sum("passed"), failed: sum("failed"), skipped: sum("skipped") };
}

/** core_test is built while vitest runs, which leaves the cores idle for a third of its time. */
async function everySuite() {
  const { buildCoreTest, runCoreTest } = await import("./test-native.mjs");
  const building = buildCoreTest({ background: true });
  building.catch(() => {}); // it is awaited after vitest
  return [await vitest([]), await runCoreTest(await building)];
}

await runAsScript(import.meta.url, async () => {
  const filters = process.argv.slice(2);
  await setup();
  const suites = filters.length > 0 ? [await vitest(filters)] : await everySuite();
  for (const failure of suites.flatMap(({ failures = [] }) => failures)) console.log(`FAILED ${failure}`);
  const { passed, failed, skipped } = total(suites);
  if (failed > 0 || passed === 0) process.exitCode = 1;
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
});
