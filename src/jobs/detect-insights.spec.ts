import { randomBytes, randomInt, randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Environment } from "../environment.js";
import { type Facts, openFacts } from "../storage/facts/open-facts.js";
import type { Scope } from "../storage/scope.js";
import { openSqliteSettings } from "../storage/settings/open-settings.js";
import type { SettingsStore } from "../storage/settings-store.js";
import type { InsightEvent } from "../tracing/insights/insight.js";
import { insightOf } from "../tracing/insights/stored-insights.js";
import type { CallFacts, IndexedTrace, NodeId, SegmentFacts } from "../tracing/trace-facts.js";
import { dyingSettings } from "./delivery.fixture.js";
import { createInsightDetection } from "./detect-insights.js";

const minuteMs = 60_000;
const noon = Date.UTC(2026, 2, 1, 12);
const folder = mkdtempSync(path.join(tmpdir(), "dosimeter-insights-"));
let nowMs = noon;
const environment: Environment = {
  clock: { nowMs: () => nowMs, monotonicMs: () => nowMs },
  ids: { uuid: () => randomUUID(), bytes: (length) => randomBytes(length) },
};
const shop: NodeId = { name: "shop", type: "AWS::EC2::Instance", accountId: "" };
const payments: NodeId = { name: "payments", type: "AWS::ECS::Container", accountId: "" };

let facts: Facts;
let settings: SettingsStore;
let scope: Scope;
let failures: unknown[] = [];

beforeAll(async () => {
  settings = await openSqliteSettings({ path: path.join(folder, "settings.db"), environment });
  const retention = { traceRetentionDays: 30, eventRetentionDays: 90 };
  facts = await openFacts({ environment, dataFolder: folder, retention });
});
beforeEach(async () => {
  nowMs = noon;
  scope = { accountId: String(randomInt(1e11, 1e12 - 1)), region: "eu-west-1" };
  failures = [];
  await settings.transact(async (tx) => {
    await tx.deleteFrom("xray_groups").execute();
    await tx.deleteFrom("xray_insight_groups").execute();
    await tx.deleteFrom("leases").execute();
  });
});
afterAll(async () => {
  await facts.close();
  await settings.close();
  rmSync(folder, { recursive: true });
});

describe("Insights of a group", () => {
  it("are found in what was stored before they were wanted, and followed to their end", async () => {
    const arn = await wantInsights();
    await putTraffic(-50, -8, () => false);
    await putTraffic(-8, -2, (request) => request % 2 === 0);
    const detection = startProcess("one");
    await detection.run();
    const [found] = await insightsOf(arn);
    expect(found).toMatchObject({
      state: "ACTIVE",
      rootCause: payments,
      startMs: noon - 8 * minuteMs,
      updatedMs: noon - 2 * minuteMs,
      clientImpact: { faultCount: 90, okCount: 90, totalCount: 180 },
    });
    expect(found!.services.map(({ node }) => node.name).sort()).toEqual(["payments", "shop"]);

    await putTraffic(-2, 15, () => false);
    for (; nowMs < noon + 15 * minuteMs; nowMs += minuteMs) await detection.run();
    const insights = await insightsOf(arn);
    expect(insights).toMatchObject([{ insightId: found!.insightId, state: "CLOSED", endMs: noon - 2 * minuteMs }]);
    const events = await eventsOf(found!.insightId);
    expect(events.at(0)!.summary).toBe(
      'Service "payments" (AWS::ECS::Container) has an elevated fault rate. 50% of requests failed. 1 other service is affected.',
    );
    expect(events.at(-1)!.summary).toMatch(/^Service "payments" \(AWS::ECS::Container\) had an elevated fault rate\./);
    expect(failures).toEqual([]);
  });

  it("go on in the next process, which has the same knowledge from the index", async () => {
    const arn = await wantInsights();
    await putTraffic(-50, -8, () => false);
    await putTraffic(-8, 5, (request) => request % 2 === 0);
    await startProcess("one").run();
    const [found] = await insightsOf(arn);
    nowMs += 4 * minuteMs; // the lease of the first runs out
    const next = startProcess("two");
    await next.run();
    const [same, ...others] = await insightsOf(arn);
    expect(others).toEqual([]);
    expect(same).toMatchObject({ insightId: found!.insightId, state: "ACTIVE", updatedMs: noon + 2 * minuteMs });
    expect(same!.clientImpact.totalCount).toBe(10 * 30);
    expect(failures).toEqual([]);
  });

  it("are each found once when two processes look, also if one of them was held up and goes on", async () => {
    const arn = await wantInsights();
    await putTraffic(-50, -8, () => false);
    await putTraffic(-8, 10, (request) => request % 2 === 0);
    const [one, two] = [startProcess("one"), startProcess("two")];
    await Promise.all([one.run(), two.run()]);
    expect(await insightsOf(arn)).toHaveLength(1);
    for (const process of [two, one, two, one, one, two]) {
      nowMs += 5 * minuteMs;
      await process.run();
    }
    expect(await insightsOf(arn)).toHaveLength(1);
    const [insight] = await insightsOf(arn);
    const events = await eventsOf(insight!.insightId);
    expect(new Set(events.map(({ timeMs, summary }) => `${timeMs} ${summary}`)).size).toBe(events.length);
    expect(insight).toMatchObject({ state: "CLOSED", clientImpact: { totalCount: 18 * 30, faultCount: 9 * 30 } });
  });

  it("are stored whole or not at all, whichever write fails", async () => {
    await putTraffic(-50, -8, () => false);
    await putTraffic(-8, -2, (request) => request % 2 === 0);
    for (let failAt = 1; ; failAt++) {
      const arn = await wantInsights({ name: `dying-${failAt}` });
      const dying = dyingSettings(settings, failAt);
      await startProcess("one", dying.store)
        .run()
        .catch(() => undefined);
      const [insight] = await insightsOf(arn);
      if (insight) expect(await eventsOf(insight.insightId)).not.toEqual([]);
      await startProcess("one").run();
      expect(await insightsOf(arn)).toHaveLength(1);
      await settings.transact((tx) => tx.deleteFrom("xray_groups").where("group_arn", "=", arn).execute());
      if (!dying.died()) break;
    }
  });

  it("are closed when the group wants none any more", async () => {
    const arn = await wantInsights();
    await putTraffic(-50, -8, () => false);
    await putTraffic(-8, -2, (request) => request % 2 === 0);
    const detection = startProcess("one");
    await detection.run();
    await settings.transact((tx) => tx.deleteFrom("xray_groups").where("group_arn", "=", arn).execute());
    await detection.run();
    const [insight] = await insightsOf(arn);
    expect(insight).toMatchObject({ state: "CLOSED", endMs: noon - 2 * minuteMs });
    expect(insight!.summary).toMatch(/ Insights of the group were switched off\.$/);
  });

  it("are not looked for in groups that want none, nor in another account's traces", async () => {
    const arn = await wantInsights({ insights: 0 });
    await putTraffic(-50, -8, () => false);
    await putTraffic(-8, -2, (request) => request % 2 === 0);
    scope = { ...scope, accountId: String(randomInt(1e11, 1e12 - 1)) };
    const other = await wantInsights();
    await startProcess("one").run();
    expect(await insightsOf(arn)).toEqual([]);
    expect(await insightsOf(other)).toEqual([]);
  });

  it("are told as EventBridge events if the group wants that and there is a topic", async () => {
    await wantInsights({ notifications: 1 });
    await putTraffic(-50, -8, () => false);
    await putTraffic(-8, -2, (request) => request % 2 === 0);
    const topicArn = `arn:aws:sns:${scope.region}:${scope.accountId}:xray-insights`;
    await settings.transact((tx) =>
      tx
        .insertInto("sns_topics")
        .values({
          ...{ arn: topicArn, account_id: scope.accountId, region: scope.region, name: "xray-insights" },
          ...{ display_name: "", policy: "{}", tags: "{}", signature_version: 1, created_ms: noon },
        })
        .execute(),
    );
    await startProcess("one").run();
    const rows = await settings.read
      .selectFrom("xray_insight_notifications")
      .selectAll()
      .where("account_id", "=", scope.accountId)
      .orderBy("created_ms")
      .execute();
    expect(rows.length).toBeGreaterThanOrEqual(1);
    const event = JSON.parse(rows[0]!.message);
    expect(event).toMatchObject({
      source: "aws.xray",
      "detail-type": "AWS X-Ray Insight Update",
      account: scope.accountId,
      region: scope.region,
      detail: {
        State: "ACTIVE",
        Category: "FAULT",
        Categories: ["FAULT"],
        GroupName: "Default",
        StartTime: noon / 1000 - 480,
        RootCauseServiceId: { Name: "payments", Type: "AWS::ECS::Container" },
      },
    });
    expect(event.detail.EndTime).toBeUndefined();
  });
});

function startProcess(holder: string, store: SettingsStore = settings) {
  return createInsightDetection({
    settings: store,
    index: facts.index,
    environment,
    holder,
    topicName: "xray-insights",
    reportFailure: (_what, reason) => void failures.push(reason),
  });
}

async function wantInsights(given: { name?: string; insights?: number; notifications?: number } = {}): Promise<string> {
  const { name = "Default", insights = 1, notifications = 0 } = given;
  const group_arn = `arn:aws:xray:${scope.region}:${scope.accountId}:group/${name}`;
  await settings.transact((tx) =>
    tx
      .insertInto("xray_groups")
      .values({
        ...{ account_id: scope.accountId, region: scope.region, group_name: name, group_arn, filter_expression: "" },
        ...{ insights_enabled: insights, notifications_enabled: notifications, created_ms: 0, filter_changed_ms: 0 },
      })
      .execute(),
  );
  return group_arn;
}

async function insightsOf(arn: string) {
  const rows = await settings.read
    .selectFrom("xray_insights")
    .select("insight")
    .where("group_arn", "=", arn)
    .orderBy("start_ms")
    .execute();
  return rows.map(insightOf);
}

async function eventsOf(insightId: string): Promise<InsightEvent[]> {
  const rows = await settings.read
    .selectFrom("xray_insight_events")
    .select("event")
    .where("insight_id", "=", insightId)
    .orderBy("sequence")
    .execute();
  return rows.map(({ event }) => JSON.parse(event));
}

/** Thirty requests a minute from `shop` to `payments`, in the minutes given since noon. */
async function putTraffic(from: number, until: number, fails: (request: number) => boolean): Promise<void> {
  const traces: IndexedTrace[] = [];
  for (let minute = from; minute < until; minute++)
    for (let request = 0; request < 30; request++)
      traces.push(trace(noon + minute * minuteMs + request * 1900, fails(request)));
  await facts.index.putTraces(scope, traces);
}

function trace(startMs: number, fault: boolean): IndexedTrace {
  const traceId = `1-${Math.floor(startMs / 1000).toString(16)}-${randomBytes(12).toString("hex")}`;
  const http = { httpStatus: fault ? 500 : 200, httpUrl: "http://shop.example.com/", httpMethod: "GET" };
  const request = { startUs: startMs * 1000, endUs: startMs * 1000 + 80_000, fault, error: false, throttle: false };
  const segment = (node: NodeId, root: boolean): SegmentFacts => ({
    ...{ ...request, ...http, node, root, inferred: false },
    ...{ httpUserAgent: "", httpClientIp: "", user: "", availabilityZone: "", instanceId: "", resourceArn: "" },
  });
  const call = (source: NodeId, target: NodeId): CallFacts => ({
    ...{ ...request, ...http, source, target, link: false, eventAgeUs: 0 },
  });
  const client = { ...shop, type: "client" };
  return {
    facts: {
      ...{ ...request, ...http, traceId, timeMs: Math.floor(startMs / 1000) * 1000, durationMs: 80, responseMs: 80 },
      ...{ ok: !fault, partial: false, httpUserAgent: "", httpClientIp: "" },
      nodes: [shop, payments, client],
      segments: [segment(shop, true), segment(payments, false)],
      calls: [call(client, shop), call(shop, payments)],
      ...{ annotations: [], faultCauses: [], errorCauses: [], responseTimeCauses: [] },
    },
    ...{ summary: "{}", groupArns: [], version: startMs * 1000, receivedMs: startMs },
  };
}
