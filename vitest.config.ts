import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["server/**/*.test.ts", "client/**/*.test.ts", "webviews/**/*.test.ts", "test/conformance/**/*.test.ts"],
    testTimeout: 60_000,
    pool: "forks",
  },
});
