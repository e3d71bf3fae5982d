import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.spec.ts", "tests/**/*.spec.ts", "bench/**/*.spec.ts", "console/src/**/*.spec.ts"],
    // The embedded engine opens one path a process, so every test file gets a process of its own.
    pool: "forks",
    poolOptions: { forks: { maxForks: 2 } },
    // These end what hangs, and nothing else: how fast a machine is, no test judges.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" },
  },
});
