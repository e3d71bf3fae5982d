import { describe, expect, it } from "vitest";
import type { EventRecord } from "../parts/event-record.js";
import { eventSentence } from "./event-sentence.js";

const root = { type: "Root", arn: "arn:aws:iam::000000000000:root" };
const ann = { type: "IAMUser", arn: "arn:aws:iam::000000000000:user/ann", userName: "ann" };
const onCall = {
  type: "AssumedRole",
  arn: "arn:aws:sts::000000000000:assumed-role/on-call/ann",
  sessionContext: { sessionIssuer: { userName: "on-call" } },
};
const ids = ["1-6b09dcc8-47abeccc4d621a1094f8884f", "1-6b09dcc8-84b002f1ae35334c297db577"];

const say = (record: EventRecord) =>
  eventSentence({ eventSource: "xray.amazonaws.com", eventCategory: "Data", eventType: "AwsApiCall", ...record });

describe("the sentence of an event", () => {
  it("says what a search found, of which group, by which filter", () => {
    const search = {
      userIdentity: onCall,
      eventName: "GetTraceSummaries",
      additionalEventData: { traceCount: 41, traceIds: ids },
    };
    const of = (filterExpression: string) => say({ ...search, requestParameters: { filterExpression } });
    expect(of('group.name = "checkout" AND responsetime > 0.1')).toBe(
      "role on-call (ann) read summaries of 41 traces of group checkout, filter responsetime > 0.1",
    );
    expect(of('group.name = "checkout"')).toBe("role on-call (ann) read summaries of 41 traces of group checkout");
    expect(of('fault OR group.name = "checkout"')).toBe(
      'role on-call (ann) read summaries of 41 traces, filter fault OR group.name = "checkout"',
    );
  });

  it("names a trace that was read alone, and counts several by what was given, not by what was asked for", () => {
    const read = (traceIds: string[]) =>
      say({
        userIdentity: root,
        eventName: "BatchGetTraces",
        requestParameters: { traceIds: ids },
        additionalEventData: { traceCount: traceIds.length, traceIds },
      });
    expect(read(ids.slice(0, 1))).toBe(`the root user read trace ${ids[0]}`);
    expect(read(ids)).toBe("the root user read 2 traces");
    expect(read([])).toBe("the root user read 0 traces");
  });

  it("says why somebody was refused", () => {
    const refused = (errorMessage: string) =>
      say({ userIdentity: ann, eventName: "GetTraceSummaries", errorCode: "AccessDenied", errorMessage });
    const head = "User: arn:aws:iam::000000000000:user/ann is not authorized to perform: xray:GetTraceSummaries";
    const because = (type: string) => refused(`${head} because no ${type} allows the xray:GetTraceSummaries action`);
    expect(because("identity-based policy")).toBe("ann was refused GetTraceSummaries: no policy allows it");
    expect(because("permissions boundary")).toBe(
      "ann was refused GetTraceSummaries: no permissions boundary allows it",
    );
    expect(refused(`${head} with an explicit deny in an identity-based policy`)).toBe(
      "ann was refused GetTraceSummaries: a policy denies it",
    );
    expect(refused(`${head} with an explicit deny in a resource-based policy`)).toBe(
      "ann was refused GetTraceSummaries: a resource-based policy denies it",
    );
    expect(refused("")).toBe("ann was refused GetTraceSummaries: no reason is recorded");
  });

  it("tells who nobody knows from who failed", () => {
    expect(
      say({
        userIdentity: { type: "Unknown" },
        eventName: "GetGroups",
        errorCode: "UnrecognizedClientException",
        errorMessage: "The security token included in the request is invalid.",
        additionalEventData: { claimedAccessKeyId: "AKIAWRONGWRONGWRONG1" },
      }),
    ).toBe(
      "somebody with key AKIAWRONGWRONGWRONG1 was turned away from GetGroups: UnrecognizedClientException: The security token included in the request is invalid.",
    );
    expect(
      say({ userIdentity: ann, eventName: "CreateGroup", errorCode: "InvalidRequestException", errorMessage: "No." }),
    ).toBe("ann called CreateGroup, which failed: InvalidRequestException: No.");
  });

  it("counts what applications send", () => {
    const sent = (traceSegmentDocuments: string[], more: object = {}) =>
      say({
        userIdentity: root,
        eventName: "PutTraceSegments",
        requestParameters: { traceSegmentDocuments },
        responseElements: { unprocessedTraceSegments: [] },
        ...more,
      });
    const [one, other] = ids.map((id) => `trace_id:${id}`) as [string, string];
    expect(sent([one, one])).toBe(`the root user sent 2 segments of trace ${ids[0]}`);
    expect(sent([one, other])).toBe("the root user sent 2 segments of 2 traces");
    expect(sent([one, other, "(7 more documents)"])).toBe("the root user sent 9 segments of at least 2 traces");
    expect(sent([one], { responseElements: { unprocessedTraceSegments: [{}] } })).toMatch(/of which 1 segment could/);
    expect(sent([one], { additionalEventData: { protocol: "otlp" } })).toBe(
      `the root user sent spans of trace ${ids[0]} by OpenTelemetry`,
    );
  });

  it("makes one of any other call from its name and its resource", () => {
    const call = (eventName: string, type: string, ARN: string) =>
      say({ userIdentity: root, eventName, eventSource: "iam.amazonaws.com", resources: [{ type, ARN }] });
    const role = "arn:aws:iam::000000000000:role/on-call";
    expect(call("CreateRole", "AWS::IAM::Role", role)).toBe("the root user created role on-call");
    expect(call("PutRolePolicy", "AWS::IAM::Role", role)).toBe("the root user set role policy of role on-call");
    expect(call("CreateGroup", "AWS::XRay::Group", "arn:aws:xray:us-east-1:000000000000:group/shop/KED3")).toBe(
      "the root user created group shop",
    );
    expect(call("GetObject", "AWS::S3::Object", "arn:aws:s3:::logs/a/b.gz")).toBe(
      "the root user read object logs/a/b.gz",
    );
    expect(say({ userIdentity: root, eventName: "Unheard" })).toBe("the root user called Unheard");
    expect(say({ userIdentity: root, eventName: "constructor" })).toBe("the root user called constructor");
  });

  it("says who signed in, and who could not", () => {
    const signIn = (responseElements: object, errorMessage?: string) =>
      say({
        userIdentity: ann,
        eventSource: "signin.amazonaws.com",
        eventName: "ConsoleLogin",
        eventType: "AwsConsoleSignIn",
        responseElements,
        ...(errorMessage !== undefined && { errorMessage }),
      });
    expect(signIn({ ConsoleLogin: "Success" })).toBe("ann signed in to the console");
    expect(signIn({ ConsoleLogin: "Failure" }, "Failed authentication")).toBe(
      "ann could not sign in to the console: Failed authentication",
    );
  });

  it("tells an Insights event by its explanation, and its end", () => {
    const insight = (details: object) => say({ eventCategory: "Insight", insightDetails: details });
    const explanation = { direction: "rise", text: "90 calls in one minute." };
    expect(insight({ state: "Start", eventName: "GetGroups", insightContext: { explanation } })).toBe(
      "Unusually many calls of GetGroups: 90 calls in one minute.",
    );
    expect(insight({ state: "End", eventName: "GetGroups", errorCode: "AccessDenied" })).toBe(
      "The number of calls of GetGroups that fail with AccessDenied is usual again",
    );
  });

  it("holds with records of any shape", () => {
    for (const record of [
      {},
      { eventName: "BatchGetTraces", additionalEventData: "x", requestParameters: { traceIds: "x" } },
      { eventName: "GetTraceSummaries", requestParameters: { omitted: true }, userIdentity: {} },
      { eventName: "PutTraceSegments", requestParameters: null },
    ] as EventRecord[])
      expect(say(record)).toMatch(/^somebody /);
  });
});
