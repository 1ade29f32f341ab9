import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    // `make screenshots` and `make bench-console` name a script of theirs.
    include: process.env.SCRIPT ? [process.env.SCRIPT] : ["e2e/**/*.test.ts", "src/**/*.test.ts"],
    // One stack and one browser a file; files one after the other, on a machine of two cores.
    fileParallelism: false,
    // A browser on a busy machine may miss a moment once; what fails twice is broken.
    retry: process.env.CI ? 1 : 0,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
