import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

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
  },
});
