import { describe, expect, it } from "vitest";
import type { EventRow } from "../storage/event-store.js";
import { defaultSelectors } from "./selectors/selectors.js";
import { type DatedState, selectionOf } from "./trail-selection.js";

const trail = { arn: "arn:aws:cloudtrail:eu-west-1:111122223333:trail/audit", homeRegion: "eu-west-1" };

const state = (fromMs: number, change: Partial<DatedState> = {}): DatedState => ({
  fromMs,
  changedBy: `request-${fromMs}`,
  logging: true,
  selectors: defaultSelectors,
  multiRegion: false,
  includeGlobal: true,
  recursive: true,
  insights: [],
  aggregations: [],
  ...change,
});

const event = (eventTimeMs: number, change: Partial<EventRow> & { recorded?: object } = {}): EventRow => ({
  eventId: "00000000-0000-4000-8000-000000000001",
  accountId: "111122223333",
  region: "eu-west-1",
  eventTimeMs,
  category: "Management",
  eventSource: "xray.amazonaws.com",
  eventName: "CreateGroup",
  readOnly: false,
  username: "",
  accessKeyId: "",
  errorCode: "",
  resources: [],
  record: JSON.stringify(change.recorded ?? {}),
  ...change,
});

describe("a trail's selection", () => {
  //  made, off      on              off
  //  |--------------|===============|-------
  //  0              100             200
  const selects = selectionOf(trail, [state(0, { logging: false }), state(100), state(200, { logging: false })]);

  it("follows the state in force at the event's own time; both count at the moment of a change", () => {
    const selected = [0, 99, 100, 150, 200, 201].filter((time) => selects(event(time)));
    expect(selected).toEqual([100, 150, 200]);
  });

  it("has the record of the call that ended it, though that call was completed after", () => {
    const stop = { eventSource: "cloudtrail.amazonaws.com", eventName: "StopLogging" };
    expect(selects(event(204, { ...stop, recorded: { requestID: "request-200" } }))).toBe(true);
    expect(selects(event(204, { ...stop, recorded: { requestID: "another" } }))).toBe(false);
  });

  it("keeps to its region unless it is a multi-region trail", () => {
    const elsewhere = event(10, { region: "us-west-2" });
    expect(selectionOf(trail, [state(0)])(elsewhere)).toBe(false);
    expect(selectionOf(trail, [state(0, { multiRegion: true })])(elsewhere)).toBe(true);
  });

  it("leaves global services out when it was told to", () => {
    const iam = event(10, { region: "us-east-1", eventSource: "iam.amazonaws.com" });
    expect(selectionOf({ ...trail, homeRegion: "us-east-1" }, [state(0)])(iam)).toBe(true);
    expect(selectionOf({ ...trail, homeRegion: "us-east-1" }, [state(0, { includeGlobal: false })])(iam)).toBe(false);
  });

  it("leaves delivery's own calls out when it is not recursive", () => {
    const own = event(10, {
      recorded: { userIdentity: { type: "AWSService", invokedBy: "cloudtrail.amazonaws.com" } },
    });
    expect(selectionOf(trail, [state(0)])(own)).toBe(true);
    expect(selectionOf(trail, [state(0, { recursive: false })])(own)).toBe(false);
    expect(selectionOf(trail, [state(0, { recursive: false })])(event(10))).toBe(true);
  });

  it("takes Insights events of the kind it wanted when their minute ended, unless they are for another", () => {
    const minute = 60_000;
    const wanted = [{ InsightType: "ApiCallRateInsight", EventCategories: ["Management"] }] as const;
    const selectsInsights = selectionOf(trail, [state(0), state(minute + 100, { insights: wanted })]);
    const insight = (atMs: number, details: object = {}, addressee?: string) =>
      event(atMs, {
        category: "Insight",
        resources: addressee === undefined ? [] : [{ type: "AWS::CloudTrail::Trail", name: addressee }],
        recorded: {
          insightDetails: { insightType: "ApiCallRateInsight", sourceEventCategory: "Management", ...details },
        },
      });
    expect(selectsInsights(insight(0))).toBe(false);
    expect(selectsInsights(insight(minute))).toBe(true);
    expect(selectsInsights(insight(minute, { insightType: "ApiErrorRateInsight" }))).toBe(false);
    expect(selectsInsights(insight(minute, { sourceEventCategory: "Data" }))).toBe(false);
    expect(selectsInsights(insight(minute, {}, trail.arn))).toBe(true);
    expect(selectsInsights(insight(minute, {}, `${trail.arn}-of-others`))).toBe(false);
  });
});
