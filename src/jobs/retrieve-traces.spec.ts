import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Environment, systemIds } from "../environment.js";
import { openSqliteSettings } from "../storage/settings/open-settings.js";
import type { SettingsStore } from "../storage/settings-store.js";
import { EncryptionKeyUnusable, StoreUnavailable } from "../storage/store-error.js";
import type { SegmentRow, StoredTrace, TraceStore } from "../storage/trace-store.js";
import { findRetrieval, readWholeTraces } from "../tracing/retrievals.js";
import { spanScopeOf } from "../tracing/trace-periods.js";
import { createRetrievals } from "./retrieve-traces.js";

const noon = Date.UTC(2026, 2, 1, 12);
const minute = 60_000;
const scope = { accountId: "111122223333", region: "eu-west-1" };
const traceId = "1-69a42a40-000000000000000000000001";

let folder: string;
let settings: SettingsStore;
let nowMs: number;
let failures: string[];
/** What the store does when it is asked; tests that need a store in trouble set it. */
let readTraces: TraceStore["readTraces"];

beforeEach(async () => {
  nowMs = noon;
  failures = [];
  readTraces = async () => [];
  folder = mkdtempSync(path.join(tmpdir(), "dosimeter-retrievals-"));
  settings = await openSqliteSettings({ path: path.join(folder, "settings.db"), environment: environment() });
});
afterEach(async () => {
  await settings.close();
  rmSync(folder, { recursive: true });
});

function environment(): Environment {
  return { clock: { nowMs: () => nowMs, monotonicMs: () => nowMs }, ids: systemIds };
}

function job() {
  const unexpected = () => Promise.reject(new Error("unexpected"));
  return createRetrievals({
    traces: {
      putSegments: unexpected,
      readTraces: (...asked) => readTraces(...asked),
    },
    settings,
    environment: environment(),
    reportFailure: (what) => void failures.push(what),
  });
}

async function ask(token: string): Promise<void> {
  const row = {
    token,
    account_id: scope.accountId,
    region: scope.region,
    trace_ids: JSON.stringify([traceId]),
    from_ms: noon - minute,
    until_ms: noon + minute,
    status: "SCHEDULED",
    created_ms: nowMs,
    begun_ms: 0,
    ended_ms: 0,
    found_ids: "[]",
  };
  await settings.transact(async (tx) => void (await tx.insertInto("xray_retrievals").values(row).execute()));
}

const find = (token: string) => findRetrieval(settings.read, scope, token, nowMs);
const statusOf = async (token: string) => (await find(token))?.status;

function stored(...rows: Partial<SegmentRow>[]): StoredTrace {
  const segments = rows.map((row, index) => ({
    traceId,
    segmentId: `${index}`.padStart(16, "0"),
    kind: "segment" as const,
    startTimeSeconds: noon / 1000,
    endTimeSeconds: noon / 1000 + 1,
    inProgress: false,
    receivedMs: noon,
    document: "{}",
    ...row,
  }));
  return { traceId, segments, truncated: false };
}

describe("a retrieval", () => {
  it("finds what is indexed and what is not", async () => {
    for (const where of [scope, spanScopeOf(scope)]) {
      readTraces = async (of) => (of.region === where.region ? [stored({})] : []);
      await ask(where.region);
      await job().run();
      expect(await find(where.region)).toMatchObject({ status: "COMPLETE", foundIds: [traceId] });
    }
  });

  it("fails where its traces cannot be read, and waits for a store that is away", async () => {
    await ask("shut");
    readTraces = () => Promise.reject(new EncryptionKeyUnusable("the key is disabled"));
    await job().run();
    expect(await statusOf("shut")).toBe("FAILED");

    await ask("away");
    readTraces = () => Promise.reject(new StoreUnavailable("away"));
    await job().run();
    expect(await statusOf("away")).toBe("SCHEDULED");
    expect(failures[0]).toBe("a retrieval of 1 traces failed");
    expect(failures[1]).toMatch("will be tried again");
    readTraces = async () => [stored({})];
    await job().run();
    expect(await statusOf("away")).toBe("COMPLETE");
  });

  it("that was cancelled while it ran stays cancelled", async () => {
    await ask("mine");
    readTraces = async () => {
      await settings.transact(async (tx) => {
        await tx.updateTable("xray_retrievals").set({ status: "CANCELLED", ended_ms: nowMs }).execute();
      });
      return [stored({})];
    };
    await job().run();
    expect(await find("mine")).toMatchObject({ status: "CANCELLED", foundIds: [] });
  });

  it("whose worker died is carried out by another", async () => {
    await ask("orphan");
    await settings.transact(async (tx) => {
      await tx.updateTable("xray_retrievals").set({ status: "RUNNING", begun_ms: nowMs }).execute();
    });
    readTraces = async () => [stored({})];
    await job().run();
    expect(await statusOf("orphan")).toBe("RUNNING");
    nowMs += 5 * minute;
    await job().run();
    expect(await statusOf("orphan")).toBe("COMPLETE");
  });

  it("times out after an hour, and is kept for an hour after its end", async () => {
    await ask("slow");
    await ask("quick");
    readTraces = async () => [stored({})];
    await settings.transact(async (tx) => {
      await tx.updateTable("xray_retrievals").set({ status: "PAUSED" }).where("token", "=", "slow").execute();
    });
    await job().run();
    nowMs += 60 * minute - 1;
    expect(await statusOf("slow")).toBe("PAUSED");
    expect(await statusOf("quick")).toBe("COMPLETE");
    nowMs += 1;
    expect(await statusOf("slow")).toBe("TIMEOUT");
    expect(await statusOf("quick")).toBeUndefined();
    nowMs += 60 * minute;
    expect(await statusOf("slow")).toBeUndefined();
    await job().forget();
    expect(await settings.read.selectFrom("xray_retrievals").select("token").execute()).toEqual([]);
  });

  it("takes of a segment that was received under both rules the row that counts", async () => {
    const begun = { inProgress: true, receivedMs: noon + 5, document: '"begun"' };
    const ended = { receivedMs: noon, document: '"ended"' };
    const store = {
      readTraces: async (of: { region: string }) => [stored(of.region === scope.region ? begun : ended)],
    };
    const [trace] = await readWholeTraces(store as unknown as TraceStore, scope, [traceId], 1000);
    expect(trace!.segments.map(({ document }) => document)).toEqual(['"ended"']);
  });
});
