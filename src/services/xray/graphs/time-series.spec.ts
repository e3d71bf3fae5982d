import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { GetTimeSeriesServiceStatisticsCommand, XRayClient } from "@aws-sdk/client-xray";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemEnvironment } from "../../../environment.js";
import { type GatewayFixture, startGateway } from "../../../gateway/testing/gateway-fixture.js";
import { xrayService } from "../../../gateway/testing/test-services.js";
import { type Facts, openFacts } from "../../../storage/facts/open-facts.js";
import { openSettings } from "../../../storage/settings/open-settings.js";
import type { SettingsStore } from "../../../storage/settings-store.js";
import type { CallFacts, IndexedTrace } from "../../../tracing/trace-facts.js";
import { encodePageToken } from "../../page-token.js";
import { getTimeSeriesServiceStatistics } from "./get-time-series-service-statistics.js";

/** Pages of a series whose minutes have a great many different lengths. */
const environment = systemEnvironment;
const folder = mkdtempSync(path.join(tmpdir(), "dosimeter-series-"));
const nowMs = environment.clock.nowMs();
const minutes = 40;
const baseMs = Math.floor(nowMs / 60_000) * 60_000 - 2 * 3_600_000;
/** Each in a bucket of its own: milliseconds up to a second, then three digits. */
const lengthsMs = Array.from({ length: 2800 }, (_, n) =>
  n < 1000 ? n + 1 : n < 1900 ? 1010 + 10 * (n - 1000) : 10_100 + 100 * (n - 1900),
);
const range = { StartTime: new Date(baseMs), EndTime: new Date(baseMs + minutes * 60_000) };
let settings: SettingsStore;
let facts: Facts;
let fixture: GatewayFixture;
let xray: XRayClient;

beforeAll(async () => {
  settings = await openSettings({ dataFolder: folder, environment });
  const retention = { traceRetentionDays: 30, eventRetentionDays: 90 };
  facts = await openFacts({ dataFolder: folder, environment, retention });
  const operations = [getTimeSeriesServiceStatistics({ index: facts.index, settings })];
  fixture = await startGateway({ services: [xrayService(operations)] });
  xray = new XRayClient(fixture.client);
  // The scope of the fixture's caller.
  const scope = { accountId: "111122223333", region: "eu-west-1" };
  for (let minute = 0; minute < minutes; minute++) await facts.index.putTraces(scope, [traceEndingIn(minute)]);
});
afterAll(async () => {
  xray?.destroy();
  await fixture?.close();
  await facts?.close();
  await settings?.close();
  rmSync(folder, { recursive: true });
});

/** Calls of a client, all of which end in the minute. */
function traceEndingIn(minute: number): IndexedTrace {
  const endUs = (baseMs + minute * 60_000 + 30_000) * 1000;
  const traceId = `1-${Math.floor(baseMs / 1000).toString(16)}-${minute.toString(16).padStart(24, "0")}`;
  const source = { name: "shop", type: "client", accountId: "" };
  const target = { name: "shop", type: "", accountId: "" };
  const outcome = { fault: false, error: false, throttle: false, httpStatus: 200, httpUrl: "", httpMethod: "GET" };
  const calls = lengthsMs.map(
    (ms): CallFacts => ({ source, target, ...outcome, link: false, eventAgeUs: 0, startUs: endUs - ms * 1000, endUs }),
  );
  return {
    facts: {
      ...{ traceId, timeMs: baseMs, startUs: endUs - 120_000_000, endUs, durationMs: 120_000, responseMs: undefined },
      ...{ ok: true, fault: false, error: false, throttle: false, partial: false, httpStatus: 200, httpUrl: "" },
      ...{ httpMethod: "", httpUserAgent: "", httpClientIp: "", nodes: [source, target], segments: [], calls },
      ...{ annotations: [], faultCauses: [], errorCauses: [], responseTimeCauses: [] },
    },
    summary: `{"Id":"${traceId}"}`,
    groupArns: [],
    version: nowMs * 1000 + minute,
    receivedMs: nowMs,
  };
}

const ask = (NextToken?: string, more = {}) =>
  xray.send(new GetTimeSeriesServiceStatisticsCommand({ ...range, ...more, NextToken }));

describe("a long series", () => {
  it("comes in pages that hold each minute once, oldest first", async () => {
    const pages = [];
    let token: string | undefined;
    do {
      const page = await ask(token);
      pages.push(page.TimeSeriesServiceStatistics!);
      token = page.NextToken;
    } while (token !== undefined);
    expect(pages.length).toBeGreaterThan(1);
    const items = pages.flat();
    expect(items.map(({ Timestamp }) => Timestamp!.getTime())).toEqual(
      Array.from({ length: minutes }, (_, minute) => baseMs + minute * 60_000),
    );
    for (const { EdgeSummaryStatistics, ResponseTimeHistogram } of items) {
      expect(EdgeSummaryStatistics!.TotalCount).toBe(lengthsMs.length);
      expect(ResponseTimeHistogram).toHaveLength(lengthsMs.length);
    }
  });

  it("goes on with the request it came from only, and not beyond its range", async () => {
    const { NextToken } = await ask();
    await expect(ask(NextToken, { Period: 300 })).rejects.toThrow("Invalid NextToken");
    const forged = (...position: string[]) => encodePageToken(position, range);
    for (const token of [forged("0"), forged("x"), forged(), forged("1e400"), forged(String(baseMs - 1))])
      await expect(ask(token)).rejects.toThrow("Invalid NextToken");
    const late = await ask(forged(String(range.EndTime.getTime())));
    expect(late.TimeSeriesServiceStatistics).toEqual([]);
    expect(late).not.toHaveProperty("NextToken");
  });
});
