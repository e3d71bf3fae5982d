import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RejectionLog } from "../../tracing/rejections.js";
import type { AnyOperation, Call } from "../operation.js";
import { openTestAccount, root, type TestAccount } from "../test-account.fixture.js";
import type { XrayDeps } from "./deps.js";
import { xrayService } from "./service.js";

/** Reads whose answers tell nothing of traces. Whoever adds a read decides: here, or limited by `accessToRows`. */
const tellNothingOfTraces = [
  "GetEncryptionConfig",
  "GetGroup", // its access names the group
  "GetIndexingRules",
  "GetMaskingRules",
  "GetSamplingRules",
  "GetSamplingStatisticSummaries",
  "GetSamplingTargets",
  "GetTraceSegmentDestination",
  "ListResourcePolicies",
  "ListTagsForResource",
];

describe("X-Ray's reads", () => {
  let account: TestAccount;
  let operations: readonly AnyOperation[];
  beforeAll(async () => {
    account = await openTestAccount();
    const { settings, environment, vault } = account;
    const rejections = new RejectionLog(settings);
    const service = xrayService({ settings, environment, vault, rejections } as unknown as XrayDeps);
    operations = [...service.operations, ...(service.foreignRoutes ?? []).map(({ operation }) => operation)];
  });
  afterAll(() => account?.close());

  it("are limited to what policies let their caller see, or tell nothing of traces", async () => {
    const call = { accountId: "111122223333", region: "eu-west-1", nowMs: 0, caller: root } as Call;
    const unlimited: string[] = [];
    for (const operation of operations.filter(({ readOnly }) => readOnly)) {
      const asked = await operation.access({ GroupName: "g" }, call);
      if (!asked.some(({ rows }) => rows !== undefined)) unlimited.push(operation.name);
    }
    expect(unlimited.sort()).toEqual(tellNothingOfTraces);
  });
});
