import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { aggregationTemplates } from "../audit/aggregation.js";
import { createRecorder } from "../audit/recorder.js";
import { addState } from "../audit/trails.js";
import type { EventRow } from "../storage/event-store.js";
import { createAggregation } from "./aggregate-data-events.js";
import { region, type Simulation, startSimulation } from "./delivery.fixture.js";
import { createRecordFollowing } from "./follow-record.js";
import { createOutboxMover } from "./move-outbox.js";

let simulation: Simulation;
beforeEach(async () => {
  simulation = await startSimulation();
});
afterEach(() => simulation.close());

/** A process that follows, aggregates and delivers. */
function processOf(streamId: string) {
  const { settings, environment } = simulation;
  const { events, delivery } = simulation.startProcess(streamId);
  const aggregation = createAggregation({ settings, environment, recorder: createRecorder(events) });
  const following = createRecordFollowing({
    settings,
    events,
    environment,
    followers: [aggregation.follower],
    holder: streamId,
    reportFailure: () => {},
  });
  const outbox = createOutboxMover({ settings, events });
  return {
    events,
    following,
    async closeAndDeliver() {
      await following.run();
      await aggregation.run();
      await outbox.run();
      await delivery.run();
    },
  };
}

const selectors = {
  kind: "advanced" as const,
  selectors: [
    {
      FieldSelectors: [
        { Field: "eventCategory", Equals: ["Data"] },
        { Field: "resources.type", Equals: ["AWS::S3::Object"] },
      ],
    },
  ],
};

function call(change: { name?: string; by?: string; key?: string; errorCode?: string; category?: "Management" } = {}) {
  const { name = "GetObject", by = "anna", key = "a", errorCode = "", category = "Data" } = change;
  const row = simulation.event() as EventRow;
  const record = {
    ...JSON.parse(row.record),
    eventSource: "s3.amazonaws.com",
    eventName: name,
    userIdentity: { arn: `arn:aws:iam::111122223333:user/${by}` },
    sourceIPAddress: "192.0.2.1",
    userAgent: "constructor",
    resources: [{ type: "AWS::S3::Object", ARN: `arn:aws:s3:::b/${key}` }],
  };
  return {
    ...row,
    category,
    eventSource: "s3.amazonaws.com",
    eventName: name,
    errorCode,
    record: JSON.stringify(record),
  } as EventRow;
}

interface Aggregated {
  readonly eventCategory: string;
  readonly eventId: string;
  readonly timeWindow: { readonly windowStart: string; readonly windowEnd: string; readonly windowSize: string };
  readonly summary: Record<"primaryDimension", Summary> & { readonly details: readonly Summary[] };
}
interface Summary {
  readonly dimension: string;
  readonly statistics: readonly { readonly name: string; readonly value: number }[];
}

function aggregatedIn(): Aggregated[] {
  return [...simulation.world.objects]
    .filter(([key]) => key.includes("/CloudTrail-Aggregated/"))
    .flatMap(([, object]) => JSON.parse(gunzipSync(object.body).toString()).Records);
}

const statisticsOf = (events: readonly Aggregated[], dimension: string) =>
  events
    .filter(({ summary }) => summary.primaryDimension.dimension === dimension)
    .flatMap(({ summary }) => summary.primaryDimension.statistics)
    .sort((one, another) => (one.name < another.name ? -1 : 1));

describe("aggregated events", () => {
  it("count the data events that a trail selects, by the dimension of each template, and are delivered", async () => {
    await simulation.addTrail({}, { selectors, aggregations: aggregationTemplates });
    const one = processOf("one");
    await one.events.append([
      call(),
      call({ by: "ben", key: "b" }),
      call({ name: "PutObject", errorCode: "AccessDenied" }),
      call({ category: "Management" }),
    ]);
    simulation.passSeconds(6 * 60 + 1);
    await one.closeAndDeliver();

    const events = aggregatedIn();
    expect(statisticsOf(events, "eventName")).toEqual([
      { name: "GetObject", value: 2 },
      { name: "PutObject", value: 1 },
    ]);
    expect(statisticsOf(events, "resourceARN")).toEqual([
      { name: "arn:aws:s3:::b/a", value: 2 },
      { name: "arn:aws:s3:::b/b", value: 1 },
    ]);
    expect(statisticsOf(events, "userIdentity").map(({ value }) => value)).toEqual([2, 1]);
    const put = events.find(({ summary }) => summary.primaryDimension.statistics[0]?.name === "PutObject");
    expect(put).toMatchObject({
      eventVersion: "1.0",
      accountId: "111122223333",
      awsRegion: region,
      eventSource: "s3.amazonaws.com",
      eventCategory: "Aggregated",
      eventType: "AwsAggregatedEvent",
      timeWindow: { windowStart: "2026-03-01T12:00:00Z", windowEnd: "2026-03-01T12:05:00Z", windowSize: "PT5M" },
    });
    const details = new Map(put?.summary.details.map(({ dimension, statistics }) => [dimension, statistics]));
    expect(details.get("errorCodes")).toEqual([{ name: "AccessDenied", value: 1 }]);
    expect(details.get("userAgent")).toEqual([{ name: "constructor", value: 1 }]);
    expect([...simulation.world.objects.keys()].find((key) => key.includes("Aggregated"))).toMatch(
      /^audit-logs\/AWSLogs\/111122223333\/CloudTrail-Aggregated\/eu-west-1\/2026\/03\/01\/111122223333_CloudTrail-Aggregated_eu-west-1_\d{8}T\d{4}Z_\w{16}\.json\.gz$/,
    );
  });

  it("are in no trail that did not ask, and count each event once however often a range is repeated", async () => {
    await simulation.addTrail({}, { selectors, aggregations: ["API_ACTIVITY"] });
    await simulation.addTrail({ name: "other" }, { selectors });
    const { settings, environment } = simulation;
    const one = processOf("one");
    await one.events.append([call(), call()]);
    // A range that was taken and not settled.
    const failing = createRecordFollowing({
      settings,
      events: one.events,
      environment,
      holder: "one",
      reportFailure: () => {},
      followers: [
        createAggregation({ settings, environment, recorder: createRecorder(one.events) }).follower,
        {
          name: "fails",
          begin: () => ({
            take: async () => {},
            settle: async () => {
              throw new Error("no ink");
            },
          }),
        },
      ],
    });
    await expect(failing.run()).rejects.toThrow("no ink");
    await one.following.run();
    await one.events.append([call()]);
    simulation.passSeconds(6 * 60 + 1);
    await one.closeAndDeliver();
    await one.closeAndDeliver();
    const events = aggregatedIn();
    expect(events).toHaveLength(1);
    expect(statisticsOf(events, "eventName")).toEqual([{ name: "GetObject", value: 3 }]);
  });

  it("follow what the trail wanted when an event happened", async () => {
    const trail = await simulation.addTrail({}, { selectors });
    const one = processOf("one");
    await one.events.append([call({ name: "Before" })]);
    simulation.passSeconds(1);
    await simulation.settings.transact((tx) =>
      addState(
        tx,
        trail.trail_id,
        { aggregations: ["API_ACTIVITY"] },
        { fromMs: simulation.nowMs(), requestId: "put" },
      ),
    );
    simulation.passSeconds(1);
    await one.events.append([call({ name: "During" })]);
    simulation.passSeconds(1);
    await simulation.setLogging(trail, false);
    simulation.passSeconds(1);
    await one.events.append([call({ name: "After" })]);
    simulation.passSeconds(6 * 60 + 1);
    await one.closeAndDeliver();
    expect(statisticsOf(aggregatedIn(), "eventName").map(({ name }) => name)).toEqual(["During"]);
  });

  it("count the values beyond 50 of a detail together", async () => {
    await simulation.addTrail({}, { selectors, aggregations: ["API_ACTIVITY"] });
    const one = processOf("one");
    await one.events.append(Array.from({ length: 60 }, (_, index) => call({ key: `k${index}` })));
    simulation.passSeconds(6 * 60 + 1);
    await one.closeAndDeliver();
    const [event] = aggregatedIn();
    const arns = event?.summary.details.find(({ dimension }) => dimension === "resourceARN")?.statistics ?? [];
    expect(arns).toHaveLength(51);
    expect(arns[0]).toEqual({ name: "Other", value: 10 });
  });
});
