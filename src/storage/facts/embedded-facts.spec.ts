import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Environment, systemEnvironment } from "../../environment.js";
import { accessHistoryContract } from "../access-history.contract.js";
import { callRateStoreContract } from "../call-rate-store.contract.js";
import { eventStoreContract } from "../event-store.contract.js";
import { exposureStoreContract } from "../exposure-store.contract.js";
import { contractLimits, lakeQueriesContract } from "../lake-queries.contract.js";
import { lakeStoreContract } from "../lake-store.contract.js";
import { logEventStoreContract } from "../log-event-store.contract.js";
import { sealedTracesContract } from "../sealed-traces.contract.js";
import { traceEraserContract } from "../trace-eraser.contract.js";
import { traceIndexContract } from "../trace-index.contract.js";
import { traceSourceContract } from "../trace-source.contract.js";
import { traceStoreContract } from "../trace-store.contract.js";
import { treeStoreContract } from "../tree-store.contract.js";
import { FactDatabase } from "./fact-database.js";
import { readLake } from "./lake.fixture.js";
import { type Facts, openFacts } from "./open-facts.js";

const dayMs = 86_400_000;
const dataFolder = mkdtempSync(path.join(tmpdir(), "dosimeter-facts-"));
// The engine's own clock is another: nothing may hang on it.
let nowMs = Date.UTC(2026, 2, 1, 12);
const environment: Environment = { ...systemEnvironment, clock: { nowMs: () => nowMs, monotonicMs: () => nowMs } };
const retention = { traceRetentionDays: 30, eventRetentionDays: 90 };

let facts: Facts;
beforeAll(async () => {
  facts = await openFacts({ environment, dataFolder, retention, limits: { lakeQueries: contractLimits } });
});
afterAll(async () => {
  await facts.close();
  rmSync(dataFolder, { recursive: true });
});

callRateStoreContract(
  "the embedded engine",
  () => facts,
  () => nowMs,
);
traceStoreContract("the embedded engine", () => facts.traces);
traceEraserContract("the embedded engine", () => facts);
traceSourceContract("the embedded engine", () => facts);
sealedTracesContract("the embedded engine", () => facts);
traceIndexContract(
  "the embedded engine",
  () => facts.index,
  () => facts.traces,
  { settledMs: () => nowMs + dayMs },
);
eventStoreContract("the embedded engine", () => facts.events);
accessHistoryContract("the embedded engine", () => facts);
exposureStoreContract("the embedded engine", () => facts);
logEventStoreContract("the embedded engine", () => facts.logEvents);
lakeStoreContract("the embedded engine", () => facts.lake, { read: readLake(openDatabase) });

function openDatabase(): Promise<FactDatabase> {
  return FactDatabase.embedded(path.join(dataFolder, "facts"), "dosimeter");
}
lakeQueriesContract("the embedded engine", () => facts.lakeQueries);
treeStoreContract("the embedded engine", () => facts.tree);

describe("embedded facts", () => {
  const scope = { accountId: "111111111111", region: "eu-west-1" };
  const traceId = "1-69a42f40-0123456789abcdef01234567";

  async function putSegment() {
    await facts.traces.putSegments(scope, [
      {
        traceId,
        segmentId: "0123456789abcdef",
        kind: "segment",
        startTimeSeconds: nowMs / 1000,
        endTimeSeconds: nowMs / 1000,
        inProgress: false,
        receivedMs: nowMs,
        document: "{}",
      },
    ]);
  }

  it("keep what was stored when they are closed and opened again, under a new stream", async () => {
    await putSegment();
    const stream = facts.events.streamId;
    const last = await facts.events.lastCommit(stream);
    await facts.close();
    expect(await facts.health()).toMatchObject({ healthy: false });
    await expect(putSegment()).rejects.toMatchObject({ name: "StoreUnavailable" });
    facts = await openFacts({ environment, dataFolder, retention });
    expect(facts.events.streamId).not.toBe(stream);
    expect(await facts.events.lastCommit(stream)).toBe(last);
    expect(await facts.events.lastCommit(facts.events.streamId)).toBe(0);
    expect(await facts.traces.readTraces(scope, [traceId], 1000)).toHaveLength(1);
    expect(await facts.health()).toEqual({ healthy: true });
  });

  it("give the events of a stream in the same batches from memory and from the engine", async () => {
    const large = JSON.stringify({ filler: "ü".repeat(60_000) });
    const { streamId } = facts.events;
    for (let commit = 0; commit < 4; commit++)
      await facts.events.append(
        Array.from({ length: commit === 2 ? 6_000 : 60 }, (_, index) => ({
          eventId: systemEnvironment.ids.uuid(),
          accountId: `22222222222${index % 2}`,
          region: "eu-west-1",
          eventTimeMs: nowMs,
          category: "Data" as const,
          eventSource: "xray.amazonaws.com",
          eventName: "PutTraceSegments",
          readOnly: false,
          username: "ada",
          accessKeyId: "",
          errorCode: "",
          resources: [{ type: "AWS::XRay::Trace", name: "" }],
          record: commit === 2 ? "{}" : large,
        })),
      );
    const untilCommit = await facts.events.lastCommit(streamId);
    const batches = async (accountId?: string) => {
      const read: unknown[] = [];
      const range = { afterCommit: untilCommit - 4, untilCommit, ...(accountId !== undefined && { accountId }) };
      for await (const batch of facts.events.readCommits(streamId, range)) read.push(batch);
      return read;
    };
    const fromMemory = [await batches(), await batches("222222222221")];
    await facts.close();
    facts = await openFacts({ environment, dataFolder, retention });
    expect([await batches(), await batches("222222222221")]).toEqual(fromMemory);
    expect(fromMemory[0]!.length).toBeGreaterThan(2);
  });

  it("remember the tokens of event data stores when they are closed and opened again", async () => {
    const event = { storeId: "5f3c9e6e-0000-4000-8000-000000000000", eventTimeMs: nowMs, eventId: "e", record: "{}" };
    await facts.lake.append([event], "token");
    await facts.close();
    facts = await openFacts({ environment, dataFolder, retention });
    await facts.lake.append([event], "token");
    expect(await readLake(openDatabase)(event.storeId)).toHaveLength(1);
  });

  it("say how much they hold", async () => {
    await putSegment();
    const stats = await facts.stats();
    expect(stats.tables.segments.rows).toBeGreaterThan(0);
    expect(stats.tables.segments.bytesOnDisk).toBeGreaterThan(0);
  });

  it("drop days that are past retention, by the clock they were given", async () => {
    await putSegment();
    const startedMs = nowMs;
    nowMs = startedMs + 30 * dayMs;
    await facts.retain();
    expect(await facts.traces.readTraces(scope, [traceId], 1000)).toHaveLength(1);
    nowMs = startedMs + 32 * dayMs;
    await facts.retain();
    expect(await facts.traces.readTraces(scope, [traceId], 1000)).toEqual([]);
  });

  it("drop reads of traces with the record, and know from when on they have them all, whatever retention was", async () => {
    const read = async () => {
      const eventId = systemEnvironment.ids.uuid();
      const read = {
        kind: "document",
        callerArn: "arn",
        principalId: "",
        selector: "{}",
        traceIds: [traceId],
      } as const;
      await facts.events.append([
        {
          ...scope,
          eventId,
          eventTimeMs: nowMs,
          category: "Data",
          eventSource: "xray.amazonaws.com",
          eventName: "BatchGetTraces",
          readOnly: true,
          username: "ada",
          accessKeyId: "",
          errorCode: "",
          resources: [],
          record: "{}",
          traceRead: read,
        },
      ]);
      return eventId;
    };
    const shown = async () => {
      const accesses = await facts.exposure.accesses(scope, traceId, { fromMs: 0, untilMs: nowMs + 1 }, { limit: 9 });
      return accesses.map(({ eventId }) => eventId);
    };
    const beganMs = await facts.exposure.completeSinceMs();
    expect(beganMs).toBe(Date.UTC(2026, 2, 1, 12));
    const former = await read();
    nowMs += 60 * dayMs;
    const latter = await read();
    expect(await shown()).toEqual([latter, former]);
    expect(await facts.exposure.completeSinceMs()).toBe(beganMs);
    const firstKeptMs = Math.floor(nowMs / dayMs) * dayMs;
    // Reads go by the week.
    nowMs += (31 + 6) * dayMs;
    await facts.retain();
    expect(await shown()).toEqual([latter]);
    expect(await facts.exposure.completeSinceMs()).toBe(firstKeptMs);
    await facts.close();
    facts = await openFacts({
      environment,
      dataFolder,
      retention: { ...retention, eventRetentionDays: 365 },
    });
    expect(await facts.exposure.completeSinceMs()).toBe(firstKeptMs);
  });
});
