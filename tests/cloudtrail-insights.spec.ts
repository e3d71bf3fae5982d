import {
  CloudTrailClient,
  CreateTrailCommand,
  GetInsightSelectorsCommand,
  GetTrailCommand,
  type InsightSelector,
  LookupEventsCommand,
  PutEventSelectorsCommand,
  PutInsightSelectorsCommand,
} from "@aws-sdk/client-cloudtrail";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningDosimeter, startDosimeter } from "./start-dosimeter.js";
import { makeTrailBucket } from "./trail-destinations.js";

let service: RunningDosimeter;
let trails: CloudTrailClient;
beforeAll(async () => {
  service = await startDosimeter({ env: { DOSIMETER_DELIVERY_SECONDS: "1" } });
  trails = service.client(CloudTrailClient);
  await makeTrailBucket(service, "audit-logs");
  await trails.send(new CreateTrailCommand({ Name: "audit", S3BucketName: "audit-logs", IsMultiRegionTrail: true }));
});
afterAll(() => service.stop());

const named = (name: string) => expect.objectContaining({ name });
const put = (InsightSelectors: InsightSelector[], more: object = {}) =>
  trails.send(new PutInsightSelectorsCommand({ TrailName: "audit", InsightSelectors, ...more }));
const get = (input: object = { TrailName: "audit" }) => trails.send(new GetInsightSelectorsCommand(input));
const hasInsightSelectors = async () =>
  (await trails.send(new GetTrailCommand({ Name: "audit" }))).Trail?.HasInsightSelectors;
const callRate: InsightSelector = { InsightType: "ApiCallRateInsight" };

describe("insight selectors", () => {
  it("are none at first, and asking for them is refused (fact 74)", async () => {
    await expect(get()).rejects.toMatchObject({
      name: "InsightNotEnabledException",
      message:
        "Trail audit does not have Insights enabled. Edit the trail settings to enable Insights, and then try the operation again.",
    });
  });

  it("are kept, show in the trail, and an empty list ends them (fact 75)", async () => {
    expect(await hasInsightSelectors()).toBe(false);
    const answer = await put([callRate, { InsightType: "ApiErrorRateInsight" }]);
    const kept = [
      { InsightType: "ApiCallRateInsight", EventCategories: ["Management"] },
      { InsightType: "ApiErrorRateInsight", EventCategories: ["Management"] },
    ];
    expect(answer).toMatchObject({ TrailARN: expect.stringMatching(/:trail\/audit$/), InsightSelectors: kept });
    expect((await get()).InsightSelectors).toEqual(kept);
    expect(await hasInsightSelectors()).toBe(true);
    await put([]);
    await expect(get()).rejects.toEqual(named("InsightNotEnabledException"));
    expect(await hasInsightSelectors()).toBe(false);
  });

  it("of a type are replaced whole: naming data events alone ends those of management events (fact 76)", async () => {
    await trails.send(
      new PutEventSelectorsCommand({
        TrailName: "audit",
        EventSelectors: [{ DataResources: [{ Type: "AWS::S3::Object", Values: ["arn:aws:s3"] }] }],
      }),
    );
    await put([callRate]);
    await put([{ InsightType: "ApiCallRateInsight", EventCategories: ["Data"] }]);
    expect((await get()).InsightSelectors).toEqual([{ InsightType: "ApiCallRateInsight", EventCategories: ["Data"] }]);
  });

  it("are for a trail or for a store, never for both (fact 81)", async () => {
    const store = `arn:aws:cloudtrail:us-east-1:${service.accountId}:eventdatastore/11111111-2222-4333-8444-555555555555`;
    await expect(put([callRate], { EventDataStore: store })).rejects.toEqual(
      named("InvalidParameterCombinationException"),
    );
    await expect(put([callRate], { InsightsDestination: store })).rejects.toEqual(
      named("InvalidParameterCombinationException"),
    );
    await expect(get({ TrailName: "audit", EventDataStore: store })).rejects.toEqual(
      named("InvalidParameterCombinationException"),
    );
    const ofStore = { TrailName: undefined, EventDataStore: store };
    await expect(put([callRate], ofStore)).rejects.toEqual(named("InvalidParameterException"));
    await expect(put([callRate], { ...ofStore, InsightsDestination: store })).rejects.toEqual(
      named("InvalidParameterException"),
    );
    await expect(get({})).rejects.toEqual(named("InvalidParameterException"));
  });

  it("are refused where they make no sense, with AWS's error", async () => {
    const invalid = named("InvalidInsightSelectorsException");
    await expect(put([{}])).rejects.toEqual(invalid);
    await expect(put([{ InsightType: "Anything" as "ApiCallRateInsight" }])).rejects.toEqual(invalid);
    await expect(put([callRate, callRate])).rejects.toEqual(invalid);
    await expect(put([{ ...callRate, EventCategories: [] }])).rejects.toEqual(invalid);
    await trails.send(
      new PutEventSelectorsCommand({ TrailName: "audit", EventSelectors: [{ ReadWriteType: "ReadOnly" }] }),
    );
    await expect(put([callRate])).rejects.toEqual(invalid);
    await expect(put([{ ...callRate, EventCategories: ["Data"] }])).rejects.toEqual(invalid);
    await put([{ InsightType: "ApiErrorRateInsight" }]);
    await expect(put([callRate], { TrailName: "nope" })).rejects.toEqual(named("TrailNotFoundException"));
  });

  it("of a trail are changed in its home region alone (fact 26)", async () => {
    const elsewhere = service.client(CloudTrailClient, undefined, { region: "eu-west-1" });
    const TrailName = `arn:aws:cloudtrail:us-east-1:${service.accountId}:trail/audit`;
    await expect(
      elsewhere.send(new PutInsightSelectorsCommand({ TrailName, InsightSelectors: [callRate] })),
    ).rejects.toEqual(named("InvalidHomeRegionException"));
  });
});

describe("history of Insights events", () => {
  it("is looked up by id, name and source alone", async () => {
    const lookup = (AttributeKey: "EventName" | "Username") =>
      trails.send(
        new LookupEventsCommand({
          EventCategory: "insight",
          LookupAttributes: [{ AttributeKey, AttributeValue: "x" }],
        }),
      );
    expect((await lookup("EventName")).Events).toEqual([]);
    await expect(lookup("Username")).rejects.toEqual(named("InvalidLookupAttributesException"));
  });
});
