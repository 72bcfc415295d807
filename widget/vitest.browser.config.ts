import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    environment: "node",
    include: ["test/browser/*.test.ts"],
    // A browser on a busy machine may take its time; what is wrong stays wrong the second time.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    retry: 1,
    fileParallelism: false,
  },
});
