import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** What takes long comes first, so that at the end there is something to do for every process. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const rank = ({ moduleId }: TestSpecification) => kindsOfLong.findLastIndex((kind) => kind.test(moduleId));
    return sorted.toSorted((one, other) => rank(other) - rank(one));
  }
}

/** The longest last. The rest is none of them. */
const kindsOfLong = [/\/tests\//, /-facts\.spec|follow-insights|\/imports\.spec|\/validate-logs\.spec/, /crash\.spec/];

export default defineConfig({
  test: {
    include: ["src/**/*.spec.ts", "tests/**/*.spec.ts", "bench/**/*.spec.ts", "console/src/**/*.spec.ts"],
    // The embedded engine opens one path a process, so every test file gets a process of its own.
    pool: "forks",
    // One more than the two cores we count on: tests wait a part of their time.
    poolOptions: { forks: { maxForks: 3 } },
    sequence: { sequencer: LongestFirst },
    // These end what hangs, and nothing else: how fast a machine is, no test judges.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" },
  },
});
