/**
 * Where the real radiographs and the trained models are: they may not be part of this repository, so tests that need
 * them look here and skip, saying so, where they are absent.
 */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe } from "vitest";

export const projectRoot = resolve(import.meta.dirname, "../..");

/** Fixtures of this repository: `fixture("parity/annotations/cases.json")`. */
export function fixture(path: string): string {
  return join(projectRoot, "test/fixtures", path);
}

const root = resolve(projectRoot, process.env.DEEPLASIA_TEST_DATA ?? "../shared");

/** Returns the absolute path of a file or folder of the test data, for example `testData("radiographs/annotations.csv")`. */
export function testData(path: string): string {
  return join(root, path);
}

/** A `describe` for tests that need parts of the test data; skipped without them, with the missing parts in its name. */
export function describeWithTestData(name: string, needs: string[], body: () => void): void {
  const missing = needs.filter((path) => !existsSync(testData(path)));
  if (missing.length === 0) describe(name, body);
  else describe.skip(`${name} (set DEEPLASIA_TEST_DATA to a folder with ${missing.join(", ")})`, body);
}
