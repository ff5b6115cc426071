import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // native errors are no `instanceof Error` in vmThreads; a process a file is what a user has
    pool: "forks",
    // no test is about time, and the machine may be very busy
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
