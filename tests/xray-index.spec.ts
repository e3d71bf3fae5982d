import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  GetServiceGraphCommand,
  GetTraceSummariesCommand,
  PutTraceSegmentsCommand,
  type TraceSummary,
  XRayClient,
} from "@aws-sdk/client-xray";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually, type RunningDosimeter, startDosimeter, startServers } from "./start-dosimeter.js";

function newTraceId(): string {
  return `1-${Math.floor(Date.now() / 1000).toString(16)}-${randomBytes(12).toString("hex")}`;
}

function segment(traceId: string, more: Record<string, unknown> = {}) {
  const now = Date.now() / 1000;
  return {
    id: randomBytes(8).toString("hex"),
    trace_id: traceId,
    name: "shop",
    start_time: now - 0.5,
    end_time: now,
    ...more,
  };
}

async function put(xray: XRayClient, ...documents: unknown[]): Promise<void> {
  const TraceSegmentDocuments = documents.map((document) => JSON.stringify(document));
  const { UnprocessedTraceSegments } = await xray.send(new PutTraceSegmentsCommand({ TraceSegmentDocuments }));
  expect(UnprocessedTraceSegments).toEqual([]);
}

/** Every summary of the last hour, by trace id. */
async function summaries(xray: XRayClient): Promise<Map<string, TraceSummary>> {
  const found = new Map<string, TraceSummary>();
  const range = { StartTime: new Date(Date.now() - 3_600_000), EndTime: new Date(Date.now() + 60_000) };
  let NextToken: string | undefined;
  do {
    const page = await xray.send(new GetTraceSummariesCommand({ ...range, NextToken }));
    for (const summary of page.TraceSummaries ?? []) found.set(summary.Id!, summary);
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return found;
}

async function metric(service: RunningDosimeter, name: string): Promise<number | undefined> {
  const text = await (await fetch(`${service.endpoint}/metrics`)).text();
  const line = text.split("\n").find((candidate) => candidate.startsWith(`${name} `));
  return line === undefined ? undefined : Number(line.split(" ").at(-1));
}

describe("the index of traces", () => {
  let service: RunningDosimeter;
  let xray: XRayClient;
  beforeAll(async () => {
    service = await startDosimeter();
    xray = service.client(XRayClient);
  });
  afterAll(() => service.stop());

  it("shows a document in summaries and graphs, and what is added to its trace later", async () => {
    const traceId = newTraceId();
    const name = `shop-${randomBytes(4).toString("hex")}`;
    const first = segment(traceId, { name, in_progress: true, end_time: undefined });
    await put(xray, first);
    await eventually(async () => (await summaries(xray)).get(traceId)?.IsPartial === true, "the trace in progress");
    await put(xray, { ...first, in_progress: undefined, end_time: Date.now() / 1000 });
    await eventually(async () => (await summaries(xray)).get(traceId)?.IsPartial === false, "the complete trace");
    await put(xray, segment(traceId, { name: `${name}-stock`, parent_id: first.id, fault: true }));
    await eventually(
      async () => (await summaries(xray)).get(traceId)?.ServiceIds?.some((id) => id.Name === `${name}-stock`),
      "the segment that came last",
    );
    const range = { StartTime: new Date(Date.now() - 60_000), EndTime: new Date(Date.now() + 1000) };
    await eventually(async () => {
      const { Services = [] } = await xray.send(new GetServiceGraphCommand(range));
      return [name, `${name}-stock`].every((wanted) => Services.some((node) => node.Name === wanted));
    }, "both services in the graph");
  });

  it("tells how far it is behind", async () => {
    const before = (await metric(service, "dosimeter_index_traces_total")) ?? 0;
    await put(xray, segment(newTraceId()));
    await eventually(
      async () => ((await metric(service, "dosimeter_index_traces_total")) ?? 0) > before,
      "another trace in the count",
    );
    await eventually(async () => (await metric(service, "dosimeter_index_waiting_traces")) === 0, "nothing to wait");
    expect(await metric(service, "dosimeter_index_lag_seconds")).toBe(0);
  });
});

/**
 *     start ── documents ──┤ kill -9      (again and again, on one data folder)
 *     start ── everything acknowledged is searchable
 */
describe("the index of traces, after SIGKILL", () => {
  it("comes to show every trace that was acknowledged, as it was acknowledged", async () => {
    const dataFolder = await mkdtemp(path.join(tmpdir(), "dosimeter-index-"));
    /** Trace ids, and the names of the services whose segments were acknowledged. */
    const acknowledged = new Map<string, Set<string>>();
    // On servers, the same ones for every process; there the sweep begins when the killed process's lease has ended.
    const servers = process.env["DOSIMETER_TEST_ON_SERVERS"] === undefined ? undefined : await startServers();
    const options = { dataFolder, ...(servers && { env: servers.env }) };
    let service = await startDosimeter(options);
    try {
      for (let round = 0; round < 3; round++) {
        const xray = service.client(XRayClient);
        let killed = false;
        const writing = Promise.all(
          Array.from({ length: 4 }, async () => {
            while (!killed) {
              const traceId = newTraceId();
              const root = segment(traceId);
              const added = [
                segment(traceId, { name: "stock", parent_id: root.id }),
                segment(traceId, { name: "pay" }),
              ];
              try {
                await put(xray, root);
                acknowledged.set(traceId, new Set(["shop"]));
                for (const document of added) {
                  await put(xray, document);
                  acknowledged.get(traceId)!.add(document.name);
                }
              } catch {
                return; // gone
              }
            }
          }),
        );
        await sleep(400 + 500 * round);
        await service.stop("SIGKILL");
        killed = true;
        await writing;
        service = await startDosimeter(options);
      }
      const xray = service.client(XRayClient);
      let missing: string[] = [];
      await eventually(
        async () => {
          const found = await summaries(xray);
          missing = [...acknowledged].flatMap(([traceId, names]) => {
            const shown = new Set(found.get(traceId)?.ServiceIds?.map(({ Name }) => Name));
            return [...names].flatMap((name) => (shown.has(name) ? [] : [`${traceId} ${name}`]));
          });
          return missing.length === 0;
        },
        "every acknowledged segment in the summaries",
        servers === undefined ? 30_000 : 100_000,
      ).catch((problem: Error) => {
        throw new Error(`${problem.message}: ${missing.length} are not, such as ${missing[0]}`);
      });
      expect(acknowledged.size).toBeGreaterThan(3);
    } finally {
      await service.stop();
      await servers?.stop();
      await rm(dataFolder, { recursive: true, force: true });
    }
  }, 200_000);
});
