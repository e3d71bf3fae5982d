import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readEventConfiguration } from "../../../audit/attachments.js";
import { openTestAccount, type TestAccount } from "../../test-account.fixture.js";
import type { CloudTrailDeps } from "../deps.js";
import { cloudtrailService } from "../service.js";
import { storedEventDataStore, storeId } from "../stored-event-data-store.fixture.js";

let account: TestAccount;
let run: (operation: string, input: object) => Promise<unknown>;
let arn: string;
beforeEach(async () => {
  account = await openTestAccount();
  const { settings, environment } = account;
  const service = cloudtrailService({ settings, environment } as CloudTrailDeps);
  run = (operation, input) => account.run(service, operation, input).catch((reason: { code: string }) => reason.code);
  arn = await storedEventDataStore(settings);
});
afterEach(() => account.close());

const keys = { Type: "RequestContext", Equals: ["aws:userid", "aws:SecureTransport"] };
const put = (input: object) => run("PutEventConfiguration", { EventDataStore: storeId, ...input });

describe("the event configuration of an event data store", () => {
  it("is Standard without keys at first, and what was put after that", async () => {
    expect(await run("GetEventConfiguration", { EventDataStore: arn })).toEqual({
      EventDataStoreArn: arn,
      MaxEventSize: "Standard",
      ContextKeySelectors: [],
    });
    const wanted = { MaxEventSize: "Large", ContextKeySelectors: [keys, { Type: "TagContext", Equals: ["team"] }] };
    expect(await put(wanted)).toEqual({ EventDataStoreArn: arn, ...wanted });
    expect(await run("GetEventConfiguration", { EventDataStore: arn })).toEqual({ EventDataStoreArn: arn, ...wanted });
    expect((await readEventConfiguration(account.settings.read, arn)).contextKeySelectors).toEqual(
      wanted.ContextKeySelectors,
    );
    expect(await put({ MaxEventSize: "Standard" })).toMatchObject({ ContextKeySelectors: [] });
  });

  it("refuses context keys with MaxEventSize Standard, given or by default (fact 98)", async () => {
    expect(await put({ MaxEventSize: "Standard", ContextKeySelectors: [keys] })).toBe(
      "InvalidParameterCombinationException",
    );
    expect(await put({ ContextKeySelectors: [keys] })).toBe("InvalidParameterCombinationException");
  });

  it.each([
    ["nothing to put", {}, "InvalidParameterException"],
    ["a trail beside it", { TrailName: "audit", MaxEventSize: "Large" }, "InvalidParameterCombinationException"],
    ["aggregations", { AggregationConfigurations: [] }, "InvalidParameterCombinationException"],
    ["another size", { MaxEventSize: "Huge" }, "ValidationException"],
    ["three selectors", { MaxEventSize: "Large", ContextKeySelectors: [keys, keys, keys] }, "ValidationException"],
    ["two of a type", { MaxEventSize: "Large", ContextKeySelectors: [keys, keys] }, "InvalidParameterException"],
    [
      "an unknown key",
      { MaxEventSize: "Large", ContextKeySelectors: [{ Type: "RequestContext", Equals: ["aws:Moon"] }] },
      "InvalidParameterException",
    ],
    [
      "51 keys",
      { MaxEventSize: "Large", ContextKeySelectors: [{ Type: "TagContext", Equals: Array(51).fill("k") }] },
      "ValidationException",
    ],
    [
      "a key of 129 characters",
      { MaxEventSize: "Large", ContextKeySelectors: [{ Type: "TagContext", Equals: ["k".repeat(129)] }] },
      "ValidationException",
    ],
  ])("is refused with %s", async (_, input, code) => {
    expect(await put(input)).toBe(code);
  });

  it("is for stores of CloudTrail events that are not about to go", async () => {
    await storedEventDataStore(account.settings, { kind: "ActivityAuditLog" });
    expect(await put({ MaxEventSize: "Large" })).toBe("InvalidEventDataStoreCategoryException");
    await storedEventDataStore(account.settings, { status: "PENDING_DELETION" });
    expect(await put({ MaxEventSize: "Large" })).toBe("InactiveEventDataStoreException");
    expect(await run("GetEventConfiguration", { EventDataStore: arn.replace(/5$/, "6") })).toBe(
      "EventDataStoreNotFoundException",
    );
    expect(await run("GetEventConfiguration", {})).toBe("InvalidParameterException");
    expect(await run("GetEventConfiguration", { TrailName: "audit", EventDataStore: arn })).toBe(
      "InvalidParameterCombinationException",
    );
  });
});

describe("delegated administrators", () => {
  it.each([
    ["RegisterOrganizationDelegatedAdmin", "MemberAccountId"],
    ["DeregisterOrganizationDelegatedAdmin", "DelegatedAdminAccountId"],
  ])("%s checks its input and then says that there is no organization", async (operation, member) => {
    expect(await run(operation, { [member]: "444455556666" })).toBe("OrganizationsNotInUseException");
    for (const wrong of ["44445555666", "44445555666677778", "44445555666x"])
      expect(await run(operation, { [member]: wrong })).toBe("ValidationException");
  });
});
