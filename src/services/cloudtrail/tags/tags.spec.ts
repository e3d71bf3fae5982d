import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { removeAttachments } from "../../../audit/attachments.js";
import { accountId, openTestAccount, region, type TestAccount } from "../../test-account.fixture.js";
import type { CloudTrailDeps } from "../deps.js";
import { cloudtrailService } from "../service.js";
import { storedEventDataStore, storeId } from "../stored-event-data-store.fixture.js";
import { putTags } from "./tag-rules.js";

const arn = `arn:aws:cloudtrail:${region}:${accountId}:eventdatastore/${storeId}`;

let account: TestAccount;
let run: (operation: string, input: object) => Promise<unknown>;
beforeEach(async () => {
  account = await openTestAccount();
  const { settings, environment } = account;
  // Tags ask nothing but the settings.
  const service = cloudtrailService({ settings, environment } as CloudTrailDeps);
  run = (operation, input) => account.run(service, operation, input).catch((reason: { code: string }) => reason.code);
  await storedEventDataStore(settings);
});
afterEach(() => account.close());

const tagsOf = (ResourceId: string) => ({ ResourceTagList: [{ ResourceId, TagsList: expect.anything() }] });

describe("tags of event data stores", () => {
  it("are added, overwritten, listed and removed by key", async () => {
    expect(await run("AddTags", { ResourceId: arn, TagsList: [{ Key: "team", Value: "web" }, { Key: "a" }] })).toEqual(
      {},
    );
    expect(await run("AddTags", { ResourceId: arn, TagsList: [{ Key: "team", Value: "ops" }] })).toEqual({});
    expect(await run("ListTags", { ResourceIdList: [arn] })).toEqual({
      ResourceTagList: [{ ResourceId: arn, TagsList: [{ Key: "a" }, { Key: "team", Value: "ops" }] }],
    });
    await run("RemoveTags", { ResourceId: arn, TagsList: [{ Key: "team", Value: "whatever" }] });
    expect(await run("ListTags", { ResourceIdList: [arn] })).toEqual({
      ResourceTagList: [{ ResourceId: arn, TagsList: [{ Key: "a" }] }],
    });
  });

  it("are refused while the store waits for its end, and where there is none", async () => {
    await storedEventDataStore(account.settings, { status: "PENDING_DELETION" });
    const TagsList = [{ Key: "a" }];
    expect(await run("AddTags", { ResourceId: arn, TagsList })).toBe("InactiveEventDataStoreException");
    const missing = arn.replace(/1/g, "9");
    expect(await run("AddTags", { ResourceId: missing.replace(/9{12}/, accountId), TagsList })).toBe(
      "EventDataStoreNotFoundException",
    );
    expect(await run("ListTags", { ResourceIdList: [arn.replace(region, "us-east-1")] })).toBe(
      "EventDataStoreNotFoundException",
    );
  });

  it("go with the resource", async () => {
    await account.settings.transact((tx) => putTags(tx, arn, [{ Key: "a" }]));
    expect(await run("ListTags", { ResourceIdList: [arn] })).toEqual(tagsOf(arn));
    await account.settings.transact((tx) => removeAttachments(tx, arn));
    expect(await run("ListTags", { ResourceIdList: [arn] })).toEqual({
      ResourceTagList: [{ ResourceId: arn, TagsList: [] }],
    });
  });
});

describe("what has tags", () => {
  it.each([
    ["not an ARN", "CloudTrailARNInvalidException"],
    ["arn:aws:s3:::bucket", "CloudTrailARNInvalidException"],
    [`arn:aws:cloudtrail:${region}:${accountId}:constructor/x`, "ResourceTypeNotSupportedException"],
    [`arn:aws:cloudtrail:${region}:${accountId}:trail/nope`, "ResourceNotFoundException"],
  ])("is named by its ARN: %s is refused with %s", async (ResourceId, code) => {
    expect(await run("AddTags", { ResourceId, TagsList: [{ Key: "a" }] })).toBe(code);
    expect(await run("RemoveTags", { ResourceId, TagsList: [{ Key: "a" }] })).toBe(code);
    expect(await run("ListTags", { ResourceIdList: [ResourceId] })).toBe(code);
  });
});
