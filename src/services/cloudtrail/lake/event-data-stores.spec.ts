import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openTestAccount, region, stranger, type TestAccount } from "../../test-account.fixture.js";
import type { CloudTrailDeps } from "../deps.js";
import { cloudtrailService } from "../service.js";

let account: TestAccount;
// biome-ignore lint/suspicious/noExplicitAny: answers of many operations.
let run: (operation: string, input?: object, caller?: typeof stranger) => Promise<any>;
beforeEach(async () => {
  account = await openTestAccount();
  const { settings, environment } = account;
  // Event data stores ask nothing else, as long as no key is named.
  const service = cloudtrailService({ settings, environment } as CloudTrailDeps);
  run = (operation, input = {}, caller) =>
    account.run(service, operation, input, caller).catch((reason: { code: string }) => reason.code);
});
afterEach(() => account.close());

const select = (category: string) => [{ FieldSelectors: [{ Field: "eventCategory", Equals: [category] }] }];

/** @returns the ARN of a new store. */
async function create(input: object = {}): Promise<string> {
  const made = await run("CreateEventDataStore", { Name: "store", TerminationProtectionEnabled: false, ...input });
  expect(made).toMatchObject({ Status: "CREATED" });
  return made.EventDataStoreArn;
}

async function statusOf(EventDataStore: string): Promise<string> {
  return (await run("GetEventDataStore", { EventDataStore })).Status;
}

describe("CreateEventDataStore", () => {
  it("needs a name alone: a year of all regions' management events, protected (fact 82)", async () => {
    const made = await run("CreateEventDataStore", { Name: "audit" });
    expect(made).toEqual({
      EventDataStoreArn: expect.stringMatching(
        /^arn:aws:cloudtrail:eu-west-1:111122223333:eventdatastore\/[0-9a-f-]{36}$/,
      ),
      Name: "audit",
      Status: "CREATED",
      AdvancedEventSelectors: [
        { Name: "Default management events", FieldSelectors: [{ Field: "eventCategory", Equals: ["Management"] }] },
      ],
      MultiRegionEnabled: true,
      OrganizationEnabled: false,
      RetentionPeriod: 366,
      TerminationProtectionEnabled: true,
      CreatedTimestamp: new Date(account.environment.clock.nowMs()),
      UpdatedTimestamp: new Date(account.environment.clock.nowMs()),
      BillingMode: "EXTENDABLE_RETENTION_PRICING",
    });
    const { Status: _, ...rest } = made;
    const { EventDataStoreArn: EventDataStore } = made;
    expect(await run("GetEventDataStore", { EventDataStore })).toEqual({
      ...rest,
      Status: "ENABLED",
      FederationStatus: "DISABLED",
    });
  });

  it("bounds retention by billing mode (fact 85)", async () => {
    const fixed = { BillingMode: "FIXED_RETENTION_PRICING" };
    expect(await run("CreateEventDataStore", { Name: "fixed", ...fixed })).toMatchObject({ RetentionPeriod: 2557 });
    expect(await run("CreateEventDataStore", { Name: "long", ...fixed, RetentionPeriod: 3000 })).toBe(
      "InvalidParameterException",
    );
    expect(await run("CreateEventDataStore", { Name: "long", RetentionPeriod: 3000 })).toMatchObject({
      RetentionPeriod: 3000,
      BillingMode: "EXTENDABLE_RETENTION_PRICING",
    });
    for (const RetentionPeriod of [6, 3654])
      expect(await run("CreateEventDataStore", { Name: "other", RetentionPeriod })).toBe("ValidationException");
  });

  it.each([
    [{ Name: undefined }, "ValidationException"],
    [{ Name: "ab" }, "ValidationException"],
    [{ Name: "a b c" }, "ValidationException"],
    [{ BillingMode: "FREE" }, "ValidationException"],
    [{ OrganizationEnabled: true }, "OrganizationsNotInUseException"],
    [{ AdvancedEventSelectors: [] }, "InvalidEventSelectorsException"],
    [{ AdvancedEventSelectors: select("Nothing") }, "InvalidEventSelectorsException"],
    [{ AdvancedEventSelectors: [...select("Insight"), ...select("Management")] }, "InvalidEventSelectorsException"],
    [{ AdvancedEventSelectors: select("ActivityAuditLog") }, "InvalidParameterException"],
    [{ TagsList: [{ Key: "a" }, { Key: "a" }] }, "InvalidTagParameterException"],
    [{ KmsKeyId: "arn:aws:s3:::bucket" }, "InvalidKmsKeyIdException"],
    [{ KmsKeyId: "arn:aws:kms:us-west-2:111122223333:key/abc" }, "KmsKeyNotFoundException"],
  ])("refuses %j with %s, and makes nothing", async (input, code) => {
    expect(await run("CreateEventDataStore", { Name: "store", ...input })).toBe(code);
    expect(await run("ListEventDataStores")).toEqual({ EventDataStores: [] });
  });

  it("takes events from outside AWS in one region", async () => {
    await create({ AdvancedEventSelectors: select("ActivityAuditLog"), MultiRegionEnabled: false });
  });

  it("makes ten stores with names of their own, and no eleventh even if one is pending deletion", async () => {
    const first = await create({ Name: "store-0" });
    expect(await run("CreateEventDataStore", { Name: "store-0" })).toBe("EventDataStoreAlreadyExistsException");
    for (let number = 1; number < 10; number++) await create({ Name: `store-${number}` });
    await run("DeleteEventDataStore", { EventDataStore: first });
    expect(await run("CreateEventDataStore", { Name: "eleven" })).toBe("EventDataStoreMaxLimitExceededException");
  });

  it("does not take events at first if told so, and keeps its tags", async () => {
    const arn = await create({ StartIngestion: false, TagsList: [{ Key: "team", Value: "web" }] });
    expect(await statusOf(arn)).toBe("STOPPED_INGESTION");
    expect(await run("ListTags", { ResourceIdList: [arn] })).toMatchObject({
      ResourceTagList: [{ TagsList: [{ Key: "team", Value: "web" }] }],
    });
  });
});

describe("UpdateEventDataStore", () => {
  it("changes what is given and nothing else", async () => {
    const EventDataStore = await create();
    const before = await run("GetEventDataStore", { EventDataStore });
    account.advance(1000);
    const answer = await run("UpdateEventDataStore", {
      EventDataStore,
      Name: "renamed",
      RetentionPeriod: 7,
      TerminationProtectionEnabled: true,
      AdvancedEventSelectors: select("Management"),
      MultiRegionEnabled: false,
    });
    const after = await run("GetEventDataStore", { EventDataStore });
    expect(after).toEqual({ ...answer, FederationStatus: "DISABLED" });
    expect(after).toEqual({
      ...before,
      Name: "renamed",
      RetentionPeriod: 7,
      TerminationProtectionEnabled: true,
      AdvancedEventSelectors: select("Management"),
      MultiRegionEnabled: false,
      UpdatedTimestamp: new Date(account.environment.clock.nowMs()),
    });
    expect(await run("UpdateEventDataStore", { EventDataStore, TerminationProtectionEnabled: false })).toMatchObject({
      Name: "renamed",
      TerminationProtectionEnabled: false,
    });
  });

  it("needs something to change (fact 86)", async () => {
    const EventDataStore = await create();
    expect(await run("UpdateEventDataStore", { EventDataStore })).toBe("InvalidParameterException");
  });

  it("goes from fixed to extendable retention and never back", async () => {
    const EventDataStore = await create({ BillingMode: "FIXED_RETENTION_PRICING" });
    expect(await run("UpdateEventDataStore", { EventDataStore, RetentionPeriod: 3000 })).toBe(
      "InvalidParameterException",
    );
    const extended = { EventDataStore, BillingMode: "EXTENDABLE_RETENTION_PRICING", RetentionPeriod: 3000 };
    expect(await run("UpdateEventDataStore", extended)).toMatchObject({ RetentionPeriod: 3000 });
    const back = { EventDataStore, BillingMode: "FIXED_RETENTION_PRICING" };
    expect(await run("UpdateEventDataStore", back)).toBe("InvalidParameterException");
  });

  it("keeps to its kind, a free name and what may be selected", async () => {
    const EventDataStore = await create();
    await create({ Name: "other" });
    const update = (change: object) => run("UpdateEventDataStore", { EventDataStore, ...change });
    expect(await update({ AdvancedEventSelectors: select("Insight") })).toBe("InvalidEventSelectorsException");
    expect(await update({ AdvancedEventSelectors: [] })).toBe("InvalidEventSelectorsException");
    expect(await update({ Name: "other" })).toBe("EventDataStoreAlreadyExistsException");
    expect(await update({ Name: "store" })).toMatchObject({ Name: "store" });
    expect(await update({ OrganizationEnabled: true })).toBe("OrganizationsNotInUseException");
  });

  it("does not take away the events that Insights are made of", async () => {
    const EventDataStore = await create();
    const InsightsDestination = await create({ Name: "insights", AdvancedEventSelectors: select("Insight") });
    const InsightSelectors = [{ InsightType: "ApiCallRateInsight" }];
    await run("PutInsightSelectors", { EventDataStore, InsightsDestination, InsightSelectors });
    const reads = [
      {
        FieldSelectors: [
          { Field: "eventCategory", Equals: ["Management"] },
          { Field: "readOnly", Equals: ["true"] },
        ],
      },
    ];
    expect(await run("UpdateEventDataStore", { EventDataStore, AdvancedEventSelectors: reads })).toBe(
      "InvalidInsightSelectorsException",
    );
    await run("PutInsightSelectors", { EventDataStore, InsightsDestination, InsightSelectors: [] });
    expect(await run("UpdateEventDataStore", { EventDataStore, AdvancedEventSelectors: reads })).toMatchObject({
      AdvancedEventSelectors: reads,
    });
  });
});

describe("DeleteEventDataStore and RestoreEventDataStore", () => {
  it("are held up by termination protection (fact 83)", async () => {
    const EventDataStore = await create({ TerminationProtectionEnabled: true });
    expect(await run("DeleteEventDataStore", { EventDataStore })).toBe("EventDataStoreTerminationProtectedException");
    expect(await statusOf(EventDataStore)).toBe("ENABLED");
  });

  it("let a store wait for its end, and bring it back (fact 84)", async () => {
    const EventDataStore = await create();
    expect(await run("RestoreEventDataStore", { EventDataStore })).toBe("InvalidEventDataStoreStatusException");
    expect(await run("DeleteEventDataStore", { EventDataStore })).toEqual({});
    expect(await statusOf(EventDataStore)).toBe("PENDING_DELETION");
    for (const operation of ["DeleteEventDataStore", "EnableFederation", "DisableFederation"])
      expect(await run(operation, { EventDataStore, FederationRoleArn: "role" })).toBe(
        "InactiveEventDataStoreException",
      );
    expect(await run("UpdateEventDataStore", { EventDataStore, Name: "other" })).toBe(
      "InactiveEventDataStoreException",
    );
    expect(await run("RestoreEventDataStore", { EventDataStore })).toMatchObject({ Status: "ENABLED", Name: "store" });
    expect(await statusOf(EventDataStore)).toBe("ENABLED");
  });

  it("bring a stopped store back stopped", async () => {
    const EventDataStore = await create({ StartIngestion: false });
    await run("DeleteEventDataStore", { EventDataStore });
    expect(await run("RestoreEventDataStore", { EventDataStore })).toMatchObject({ Status: "STOPPED_INGESTION" });
  });

  it("leave a store alone that a channel leads to (fact 97)", async () => {
    const EventDataStore = await create({
      AdvancedEventSelectors: select("ActivityAuditLog"),
      MultiRegionEnabled: false,
    });
    const Destinations = [{ Type: "EVENT_DATA_STORE", Location: EventDataStore }];
    const { ChannelArn } = await run("CreateChannel", { Name: "channel", Source: "Custom", Destinations });
    expect(await run("DeleteEventDataStore", { EventDataStore })).toBe("ChannelExistsForEDSException");
    await run("DeleteChannel", { Channel: ChannelArn });
    expect(await run("DeleteEventDataStore", { EventDataStore })).toEqual({});
  });

  it("leave a store alone that an import fills", async () => {
    const EventDataStore = await create();
    await account.settings.transact(async (tx) => {
      await tx
        .insertInto("imports")
        .values({
          import_id: "i",
          account_id: "111122223333",
          region,
          store_id: EventDataStore.split("/")[1]!,
          store_arn: EventDataStore,
          s3_uri: "s3://b/",
          s3_region: region,
          role_arn: "r",
          start_ms: null,
          end_ms: null,
          status: "IN_PROGRESS",
          created_ms: 0,
          updated_ms: 0,
          prefixes_found: 0,
          prefixes_completed: 0,
          files_completed: 0,
          events_completed: 0,
          failed_entries: 0,
        })
        .execute();
    });
    const code = "EventDataStoreHasOngoingImportException";
    expect(await run("DeleteEventDataStore", { EventDataStore })).toBe(code);
    expect(await run("UpdateEventDataStore", { EventDataStore, RetentionPeriod: 9 })).toBe(code);
    await account.settings.transact(async (tx) => {
      await tx.updateTable("imports").set({ status: "COMPLETED" }).execute();
    });
    expect(await run("DeleteEventDataStore", { EventDataStore })).toEqual({});
  });
});

describe("StopEventDataStoreIngestion and StartEventDataStoreIngestion", () => {
  it("turn a store off and on, each only from the other", async () => {
    const EventDataStore = await create();
    const wrong = "InvalidEventDataStoreStatusException";
    expect(await run("StartEventDataStoreIngestion", { EventDataStore })).toBe(wrong);
    expect(await run("StopEventDataStoreIngestion", { EventDataStore })).toEqual({});
    expect(await statusOf(EventDataStore)).toBe("STOPPED_INGESTION");
    expect(await run("StopEventDataStoreIngestion", { EventDataStore })).toBe(wrong);
    expect(await run("StartEventDataStoreIngestion", { EventDataStore })).toEqual({});
    expect(await statusOf(EventDataStore)).toBe("ENABLED");
    await run("DeleteEventDataStore", { EventDataStore });
    expect(await run("StopEventDataStoreIngestion", { EventDataStore })).toBe(wrong);
  });

  it.each(["Insight", "ActivityAuditLog", "Evidence"])("are not for %s events", async (category) => {
    const EventDataStore = await create({ AdvancedEventSelectors: select(category), MultiRegionEnabled: false });
    for (const operation of ["StartEventDataStoreIngestion", "StopEventDataStoreIngestion"])
      expect(await run(operation, { EventDataStore })).toBe("InvalidEventDataStoreCategoryException");
  });
});

describe("ListEventDataStores", () => {
  it("tells names and ARNs alone, in pages, of the caller's account (fact 88)", async () => {
    const arns: Record<string, string> = {};
    for (const Name of ["ccc", "aaa", "bbb"]) arns[Name] = await create({ Name });
    const first = await run("ListEventDataStores", { MaxResults: 2 });
    expect(first.EventDataStores).toEqual(["aaa", "bbb"].map((Name) => ({ Name, EventDataStoreArn: arns[Name] })));
    expect(await run("ListEventDataStores", { MaxResults: 2, NextToken: first.NextToken })).toEqual({
      EventDataStores: [{ Name: "ccc", EventDataStoreArn: arns["ccc"] }],
    });
    expect(await run("ListEventDataStores", { MaxResults: 3, NextToken: first.NextToken })).toBe(
      "InvalidNextTokenException",
    );
    expect(await run("ListEventDataStores", { MaxResults: 0 })).toBe("InvalidMaxResultsException");
    expect(await run("ListEventDataStores", {}, stranger)).toEqual({ EventDataStores: [] });
  });
});

describe("event data stores", () => {
  it("are named by ARN or UUID, and are there for their own account alone", async () => {
    const EventDataStore = await create();
    const id = EventDataStore.split("/")[1]!;
    expect(await statusOf(id)).toBe("ENABLED");
    const get = (name: string, caller?: typeof stranger) => run("GetEventDataStore", { EventDataStore: name }, caller);
    expect(await get(EventDataStore, stranger)).toMatch(/AccessDenied|EventDataStoreNotFound/);
    expect(await get(id, stranger)).toBe("EventDataStoreNotFoundException");
    expect(await get("00000000-0000-4000-8000-000000000000")).toBe("EventDataStoreNotFoundException");
    for (const name of ["nonsense", `${EventDataStore}0`, "arn:aws:s3:::bucket"])
      expect(await get(name)).toBe("EventDataStoreARNInvalidException");
  });

  it("cannot be federated, as there is no catalogue that could", async () => {
    const EventDataStore = await create();
    const FederationRoleArn = "arn:aws:iam::111122223333:role/r";
    expect(await run("EnableFederation", { EventDataStore, FederationRoleArn })).toBe("UnsupportedOperationException");
    expect(await run("EnableFederation", { EventDataStore, FederationRoleArn: "r!" })).toBe("ValidationException");
    expect(await run("DisableFederation", { EventDataStore })).toBe("InvalidParameterException");
  });
});
