import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

/** Where the processes that tests start leave what they have run (scripts/coverage.mjs). */
const { DEEPLASIA_COVERAGE_OF_CHILDREN: childCoverage } = process.env;

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // native errors are no `instanceof Error` in vmThreads; a process a file is what a user has
    pool: "forks",
    // vitest's own choice leaves a core out: of two, half
    maxWorkers: availableParallelism(),
    // no test is about time, and the machine may be very busy
    testTimeout: 300_000,
    hookTimeout: 300_000,
    env: childCoverage === undefined ? {} : { NODE_V8_COVERAGE: childCoverage },
  },
});
