import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ChannelIngestion } from "../../../audit/lake/channel-ingestion.js";
import type { Caller } from "../../../identity/caller.js";
import type { Service } from "../../operation.js";
import { accountId, openTestAccount, region, stranger, type TestAccount } from "../../test-account.fixture.js";
import type { CloudTrailDeps } from "../deps.js";
import { cloudtrailService } from "../service.js";
import { storedEventDataStore } from "../stored-event-data-store.fixture.js";

const idOf = (digit: number) => `${String(digit).repeat(8)}-2222-3333-4444-555555555555`;

let account: TestAccount;
let service: Service;
let ingestion: ChannelIngestion;
let audit: string;
beforeEach(async () => {
  account = await openTestAccount();
  const { settings, environment } = account;
  ingestion = new ChannelIngestion(settings);
  service = cloudtrailService({ settings, environment, channelIngestion: ingestion } as CloudTrailDeps);
  audit = await storedEventDataStore(settings, { storeId: idOf(1), kind: "ActivityAuditLog" });
});
afterEach(() => account.close());

const run = (operation: string, input: object, caller?: Caller) => account.run(service, operation, input, caller);
const refusal = (operation: string, input: object, caller?: Caller) =>
  run(operation, input, caller).then(
    () => "nothing",
    (reason: { code: string }) => reason.code,
  );
const to = (...arns: string[]) => arns.map((Location) => ({ Type: "EVENT_DATA_STORE", Location }));
const create = (Name: string, more: object = {}) =>
  run("CreateChannel", { Name, Source: "Custom", Destinations: to(audit), ...more });

describe("CreateChannel", () => {
  it("answers with the ARN that applications send events to", async () => {
    const created = await create("shop", { Tags: [{ Key: "team", Value: "web" }] });
    expect(created).toEqual({
      ChannelArn: expect.stringMatching(
        new RegExp(`^arn:aws:cloudtrail:${region}:${accountId}:channel/[a-f0-9]{8}(-[a-f0-9]{4}){3}-[a-f0-9]{12}$`),
      ),
      Name: "shop",
      Source: "Custom",
      Destinations: to(audit),
      Tags: [{ Key: "team", Value: "web" }],
    });
    expect(await run("ListTags", { ResourceIdList: [created.ChannelArn] })).toEqual({
      ResourceTagList: [{ ResourceId: created.ChannelArn, TagsList: [{ Key: "team", Value: "web" }] }],
    });
  });

  it("refuses a store that is no store for events from outside", async () => {
    const trail = await storedEventDataStore(account.settings, { storeId: idOf(2) });
    const going = await storedEventDataStore(account.settings, {
      storeId: idOf(3),
      kind: "ActivityAuditLog",
      status: "PENDING_DELETION",
    });
    const refused = (Destinations: object) =>
      refusal("CreateChannel", { Name: "shop", Source: "Custom", Destinations });
    expect(await refused(to(trail))).toBe("InvalidEventDataStoreCategoryException");
    expect(await refused(to(going))).toBe("InactiveEventDataStoreException");
    expect(await refused(to(audit.replace(idOf(1), idOf(9))))).toBe("EventDataStoreNotFoundException");
    expect(await refused(to("arn:aws:s3:::bucket"))).toBe("EventDataStoreARNInvalidException");
    expect(await refused(to(audit, audit))).toBe("InvalidParameterException");
    expect(await refused([{ Type: "AWS_SERVICE", Location: "config.amazonaws.com" }])).toBe(
      "InvalidParameterException",
    );
    expect(await refused([])).toBe("ValidationException");
    expect(await refusal("CreateChannel", { Name: "a b", Source: "Custom", Destinations: to(audit) })).toBe(
      "ValidationException",
    );
  });

  it("takes events of no partner, since none can reach this service", async () => {
    expect(await refusal("CreateChannel", { Name: "okta", Source: "Okta", Destinations: to(audit) })).toBe(
      "InvalidSourceException",
    );
  });

  it("refuses a name that is taken, and the 26th channel of a region", async () => {
    for (let number = 1; number <= 25; number++) await create(`channel-${number}`);
    expect(await refusal("CreateChannel", { Name: "channel-1", Source: "Custom", Destinations: to(audit) })).toBe(
      "ChannelAlreadyExistsException",
    );
    expect(await refusal("CreateChannel", { Name: "channel-26", Source: "Custom", Destinations: to(audit) })).toBe(
      "ChannelMaxLimitExceededException",
    );
  });
});

describe("UpdateChannel", () => {
  it("changes name and destinations, each alone or both", async () => {
    const { ChannelArn: Channel } = await create("shop");
    const other = await storedEventDataStore(account.settings, { storeId: idOf(2), kind: "ActivityAuditLog" });
    expect(await run("UpdateChannel", { Channel, Name: "store" })).toMatchObject({
      Name: "store",
      Destinations: to(audit),
    });
    expect(await run("UpdateChannel", { Channel, Destinations: to(other, audit) })).toEqual({
      ChannelArn: Channel,
      Name: "store",
      Source: "Custom",
      Destinations: to(other, audit),
    });
  });

  it("refuses a call that changes nothing, and a name of another channel, though not its own", async () => {
    const { ChannelArn: Channel } = await create("shop");
    await create("other");
    expect(await refusal("UpdateChannel", { Channel })).toBe("InvalidParameterException");
    expect(await refusal("UpdateChannel", { Channel, Name: "other" })).toBe("ChannelAlreadyExistsException");
    expect(await refusal("UpdateChannel", { Channel, Name: "shop" })).toBe("nothing");
  });
});

describe("a channel", () => {
  it("is found by ARN and by the last part of it", async () => {
    const { ChannelArn: Channel } = await create("shop");
    const expected = { ChannelArn: Channel, Name: "shop", IngestionStatus: {} };
    expect(await run("GetChannel", { Channel })).toMatchObject(expected);
    expect(await run("GetChannel", { Channel: Channel.split("/")[1] })).toMatchObject(expected);
  });

  it("does not exist for another account, and where it is malformed", async () => {
    const { ChannelArn: Channel } = await create("shop");
    expect(await refusal("GetChannel", { Channel }, stranger)).toBe("ChannelNotFoundException");
    expect(await refusal("GetChannel", { Channel: "arn:aws:cloudtrail:eu-west-1:111122223333:trail/x" })).toBe(
      "ChannelARNInvalidException",
    );
  });

  it("is gone when it is deleted, with its tags", async () => {
    const { ChannelArn: Channel } = await create("shop", { Tags: [{ Key: "team", Value: "web" }] });
    expect(await run("DeleteChannel", { Channel })).toEqual({});
    expect(await refusal("GetChannel", { Channel })).toBe("ChannelNotFoundException");
    expect(await account.settings.read.selectFrom("channel_destinations").selectAll().execute()).toEqual([]);
    expect(await account.settings.read.selectFrom("trail_tags").selectAll().execute()).toEqual([]);
  });

  it("tells how ingestion went last, and keeps the last success beside a later failure", async () => {
    const { ChannelArn: Channel } = await create("shop");
    const channelId = Channel.split("/")[1];
    ingestion.note(channelId, { timeMs: 1_000, attemptEventId: idOf(5), successEventId: idOf(5) });
    await ingestion.flush();
    ingestion.note(channelId, { timeMs: 2_000, attemptEventId: idOf(6), errorCode: "InvalidData" });
    expect((await run("GetChannel", { Channel })).IngestionStatus).toEqual({
      LatestIngestionSuccessTime: new Date(1_000),
      LatestIngestionSuccessEventID: idOf(5),
      LatestIngestionErrorCode: "InvalidData",
      LatestIngestionAttemptTime: new Date(2_000),
      LatestIngestionAttemptEventID: idOf(6),
    });
  });
});

describe("ListChannels", () => {
  it("lists all of the region in pages, each once", async () => {
    const arns: string[] = [];
    for (const name of ["one", "two", "three"]) arns.push((await create(name)).ChannelArn);
    const first = await run("ListChannels", { MaxResults: 2 });
    const second = await run("ListChannels", { MaxResults: 2, NextToken: first.NextToken });
    expect(second.NextToken).toBeUndefined();
    const listed = [...first.Channels, ...second.Channels].map(({ ChannelArn }) => ChannelArn);
    expect(listed).toEqual(arns.sort());
    expect(await refusal("ListChannels", { NextToken: "no-such-token" })).toBe("InvalidNextTokenException");
    expect(await refusal("ListChannels", { MaxResults: 1001 })).toBe("ValidationException");
  });
});
