import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { InsightSelection } from "../audit/insights/insight-selection.js";
import { createRecorder } from "../audit/recorder.js";
import { defaultSelectors } from "../audit/selectors/selectors.js";
import { addState, stateValues, type TrailRow, trailArn } from "../audit/trails.js";
import { type Environment, systemEnvironment } from "../environment.js";
import type { CallSeries } from "../storage/call-rate-store.js";
import type { EventRow } from "../storage/event-store.js";
import { type Facts, openFacts } from "../storage/facts/open-facts.js";
import { openSqliteSettings } from "../storage/settings/open-settings.js";
import type { SettingsStore } from "../storage/settings-store.js";
import { createCallInsights } from "./detect-call-insights.js";
import { createOutboxMover } from "./move-outbox.js";

const minuteMs = 60_000;
const region = "eu-west-1";
const folder = mkdtempSync(path.join(tmpdir(), "dosimeter-call-insights-"));
const callRate: InsightSelection = { InsightType: "ApiCallRateInsight", EventCategories: ["Management"] };

let nowMs = Date.UTC(2026, 2, 2);
const environment: Environment = { ...systemEnvironment, clock: { nowMs: () => nowMs, monotonicMs: () => nowMs } };
let facts: Facts;
beforeAll(async () => {
  const retention = { traceRetentionDays: 30, eventRetentionDays: 90 };
  facts = await openFacts({ environment, dataFolder: folder, retention });
});
afterAll(async () => {
  await facts.close();
  rmSync(folder, { recursive: true });
});

describe("call insights", () => {
  let settings: SettingsStore;
  let accountId: string;
  let tests = 0;
  beforeEach(async () => {
    // Tests share the facts and nothing else: each has an account and days of its own.
    accountId = String(111122223333 + tests++);
    nowMs += 3 * 86_400_000;
    settings = await openSqliteSettings({ path: path.join(folder, `${accountId}.db`), environment });
    return () => settings.close();
  });

  const startProcess = () =>
    createCallInsights({
      settings,
      rates: facts.callRates,
      recorder: createRecorder(facts.events),
      environment,
      holder: "one",
      reportFailure: (what) => expect.fail(what),
    });

  async function addTrail(name: string, insights: readonly InsightSelection[]): Promise<string> {
    const arn = trailArn(region, accountId, name);
    const trail: TrailRow = {
      trail_id: name,
      account_id: accountId,
      home_region: region,
      name,
      arn,
      bucket: "audit-logs",
      prefix: null,
      sns_topic_name: null,
      sns_topic_arn: null,
      include_global: 1,
      multi_region: 0,
      validation: 0,
      logs_group_arn: null,
      logs_role_arn: null,
      logs_since_ms: null,
      kms_key_arn: null,
      custom_selectors: 0,
      insight_selectors: 1,
      recursive_logging: null,
      created_ms: nowMs,
      deleted_ms: null,
    };
    const state = {
      logging: true,
      selectors: defaultSelectors,
      multiRegion: false,
      includeGlobal: true,
      recursive: true,
      insights,
      aggregations: [],
    };
    await settings.transact(async (tx) => {
      await tx.insertInto("trails").values(trail).execute();
      await tx
        .insertInto("trail_states")
        .values(stateValues(name, 1, state, { fromMs: nowMs, requestId: "made" }))
        .execute();
    });
    return arn;
  }

  async function record(count: number, change: Partial<EventRow> = {}): Promise<void> {
    const userIdentity = { type: "AssumedRole", arn: `arn:aws:sts::${accountId}:assumed-role/deploy/session-${count}` };
    await facts.events.append(rows(count, change, userIdentity));
  }

  function rows(count: number, change: Partial<EventRow>, userIdentity: object): EventRow[] {
    return Array.from({ length: count }, () => ({
      eventId: randomUUID(),
      accountId,
      region,
      eventTimeMs: nowMs,
      category: "Management" as const,
      eventSource: "xray.amazonaws.com",
      eventName: "CreateGroup",
      readOnly: false,
      username: "",
      accessKeyId: "",
      errorCode: "",
      resources: [],
      record: JSON.stringify({ userIdentity, userAgent: "aws-sdk-js/3.x" }),
      ...change,
    }));
  }

  /** Little happens for half an hour, then very much. */
  async function quietThenBurst(job: ReturnType<typeof startProcess>, change: Partial<EventRow> = {}): Promise<void> {
    await record(1, change);
    await job.run();
    nowMs += 30 * minuteMs;
    await job.run();
    await record(3_000, change);
    nowMs += minuteMs + 15_000;
    await job.run();
  }

  async function insights(addressee = ""): Promise<ReturnType<typeof JSON.parse>[]> {
    await createOutboxMover({ settings, events: facts.events }).run();
    const query = { fromMs: 0, untilMs: nowMs, categories: ["Insight"] as const, limit: 50, addressee };
    const rows = await facts.events.lookup({ accountId, region }, query);
    return rows.reverse().map((row) => JSON.parse(row.record));
  }

  const series = (): CallSeries => ({
    accountId,
    region,
    category: "Management",
    eventSource: "xray.amazonaws.com",
    eventName: "CreateGroup",
    errorCode: "",
  });

  it("tell of a burst once when it begins and once when it has ended, across a restart", async () => {
    await addTrail("audit", [callRate]);
    await quietThenBurst(startProcess());
    const [start, ...others] = await insights();
    expect(others).toEqual([]);
    expect(start).toMatchObject({
      eventCategory: "Insight",
      insightDetails: {
        state: "Start",
        insightType: "ApiCallRateInsight",
        sourceEventCategory: "Management",
        insightContext: {
          statistics: { insight: { average: 3_000 }, insightDuration: 1, baselineDuration: expect.any(Number) },
          attributions: [
            {
              attribute: "userIdentityArn",
              insight: [{ value: `arn:aws:sts::${accountId}:assumed-role/deploy`, average: 3_000 }],
            },
            { attribute: "userAgent", insight: [{ value: "aws-sdk-js/3.x", average: 3_000 }] },
            { attribute: "errorCode", insight: [{ value: "null", average: 3_000 }] },
          ],
        },
      },
    });

    const restarted = startProcess();
    await restarted.run();
    nowMs += 30 * minuteMs;
    await restarted.run();
    const told = await insights();
    expect(told).toHaveLength(2);
    expect(told[1]).toMatchObject({ sharedEventID: start.sharedEventID, insightDetails: { state: "End" } });
    expect(told[1].eventID).not.toBe(start.eventID);
  });

  it("are told to nobody where nobody wants them", async () => {
    await addTrail("errors", [{ ...callRate, InsightType: "ApiErrorRateInsight" }]);
    await quietThenBurst(startProcess());
    expect(await insights()).toEqual([]);
  });

  it("end with StopLogging: what begins after it is not told", async () => {
    await addTrail("audit", [callRate]);
    await settings.transact((tx) =>
      addState(tx, "audit", { logging: false }, { fromMs: nowMs, requestId: randomUUID() }),
    );
    await quietThenBurst(startProcess());
    expect(await insights()).toEqual([]);
  });

  it("of data events are for each trail that wants them, reads and writes alike", async () => {
    const arn = await addTrail("data", [{ ...callRate, EventCategories: ["Data"] }]);
    await quietThenBurst(startProcess(), { category: "Data", readOnly: true, eventName: "BatchGetTraces" });
    expect(await insights()).toEqual([]);
    expect(await insights(arn)).toMatchObject([
      { insightDetails: { eventName: "BatchGetTraces", sourceEventCategory: "Data", insightSource: arn } },
    ]);
  });

  it("of errors are of one error code, and reads count", async () => {
    await addTrail("audit", [{ ...callRate, InsightType: "ApiErrorRateInsight" }]);
    await quietThenBurst(startProcess(), { readOnly: true, errorCode: "AccessDenied" });
    const [start] = await insights();
    expect(start.insightDetails).toMatchObject({ insightType: "ApiErrorRateInsight", errorCode: "AccessDenied" });
    const { attributions } = start.insightDetails.insightContext;
    expect(attributions.map((each: { attribute: string }) => each.attribute)).toEqual(["userIdentityArn", "userAgent"]);
  });

  it("count what comes late with its own minute, and each event once", async () => {
    const job = startProcess();
    await record(1);
    await job.run();
    nowMs += 30 * minuteMs;
    await job.run();
    const eventId = randomUUID();
    const late = { eventTimeMs: nowMs - 20 * minuteMs, eventId };
    await record(1, late);
    await record(1, late);
    nowMs += 2 * minuteMs;
    await job.run();
    const minute = Math.floor(late.eventTimeMs / minuteMs);
    expect(await facts.callRates.readTotals(series(), minute, minute + 1)).toMatchObject({ calls: 1 });
    const range = { fromMinute: minute - 60, untilMinute: minute + 60, minutes: 1, limit: 10 };
    const counted = await facts.callRates.readPeriods(series(), range);
    expect(counted.map(({ calls }) => calls)).toEqual([1, 1]);
    expect(counted[1]?.minute).toBe(minute);
  });

  it("leave minutes in which no process ran out of what is judged", async () => {
    await addTrail("audit", [callRate]);
    const job = startProcess();
    await job.run();
    const minutes = Array.from({ length: 300 }, (_, minute) => nowMs + minute * minuteMs);
    await facts.events.append(minutes.flatMap((eventTimeMs) => rows(20, { eventTimeMs }, {})));
    nowMs += 300 * minuteMs;
    await job.run();
    nowMs += 600 * minuteMs;
    const later = startProcess();
    await later.run();
    expect(await insights()).toEqual([]);
  });
});
