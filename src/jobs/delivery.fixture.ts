import { randomBytes, randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createDestinations } from "../audit/destinations.js";
import { defaultSelectors } from "../audit/selectors/selectors.js";
import { createSigningKeys } from "../audit/signing-keys.js";
import { addState, stateValues, type TrailRow, type TrailState, trailArn } from "../audit/trails.js";
import type { Environment } from "../environment.js";
import { openVault } from "../identity/open-vault.js";
import type { CommittedEvent, EventRow, EventStore } from "../storage/event-store.js";
import { openSqliteSettings } from "../storage/settings/open-settings.js";
import type { SettingsStore } from "../storage/settings-store.js";
import { createDelivery } from "./deliver.js";
import { startDestinationServer } from "./destination-server.fixture.js";
import { createEventStreams } from "./event-streams.js";
import { createSealing } from "./seal.js";

export const accountId = "111122223333";
export const region = "eu-west-1";

/**
 * Several processes on one settings store, as on PostgreSQL, under one clock that tests move. Their event stores share
 * one list, as on a ClickHouse cluster: the embedded engine cannot be opened by two processes.
 */
export async function startSimulation(startTime = "2026-03-01T12:00:00Z") {
  const folder = mkdtempSync(path.join(tmpdir(), "dosimeter-delivery-"));
  let nowMs = Date.parse(startTime);
  const environment: Environment = {
    clock: { nowMs: () => nowMs, monotonicMs: () => nowMs },
    ids: { uuid: () => randomUUID(), bytes: (length) => randomBytes(length) },
  };
  const settings = await openSqliteSettings({ path: path.join(folder, "settings.db"), environment });
  const vault = await openVault({ dataFolder: folder, environment });
  const signingKeys = createSigningKeys({ settings, vault });
  const world = await startDestinationServer();
  const stored = new Map<string, CommittedEvent[]>();
  const failures: { what: string; reason: unknown }[] = [];
  const closing: (() => void)[] = [];

  function eventList(streamId: string): EventStore {
    const rows = (id: string) => stored.get(id) ?? stored.set(id, []).get(id)!;
    return {
      streamId,
      async append(events) {
        const own = rows(streamId);
        const commit = (own.at(-1)?.commit ?? 0) + 1;
        own.push(...events.map((event, position) => ({ ...event, commit, position })));
      },
      present: async (ids) => new Set(ids.filter((id) => rows(streamId).some((row) => row.eventId === id))),
      lookup: async () => [],
      lastCommit: async (id) => rows(id).at(-1)?.commit ?? 0,
      async *readCommits(id, range) {
        const found = rows(id).filter(
          (row) =>
            row.commit > range.afterCommit &&
            row.commit <= range.untilCommit &&
            (range.accountId ?? row.accountId) === row.accountId,
        );
        for (let start = 0; start < found.length; start += 3) yield found.slice(start, start + 3);
      },
    };
  }

  /** A process with its own stream, over a settings store that may be made to fail. */
  function startProcess(streamId: string, store: SettingsStore = settings, digestSeconds = 3600) {
    const events = eventList(streamId);
    const destinations = createDestinations({
      endpoint: () => world.endpoint,
      nowMs: () => nowMs,
      credentials: {
        issueServiceCredentials: () => credentials(nowMs),
      },
    });
    closing.push(() => destinations.close());
    const reportFailure = (what: string, reason: unknown) => void failures.push({ what, reason });
    const streams = createEventStreams({ settings: store, events, environment });
    const context = { settings: store, events, destinations, environment, reportFailure };
    return {
      events,
      streams,
      delivery: createDelivery({ ...context, streams }),
      sealing: createSealing({ ...context, signingKeys, digestSeconds }),
    };
  }

  return {
    settings,
    world,
    failures,
    environment,
    signingKeys,
    startProcess,
    nowMs: () => nowMs,
    passSeconds(seconds: number): void {
      nowMs += seconds * 1000;
    },

    /** A trail that logs from now on. */
    async addTrail(change: Partial<TrailRow> = {}, state: Partial<TrailState> = {}): Promise<TrailRow> {
      const name = change.name ?? "audit";
      const row: TrailRow = {
        trail_id: `id-of-${name}`,
        account_id: accountId,
        home_region: region,
        name,
        arn: trailArn(region, accountId, name),
        bucket: "audit-logs",
        prefix: null,
        sns_topic_name: null,
        sns_topic_arn: null,
        include_global: 1,
        multi_region: 0,
        validation: 1,
        logs_group_arn: null,
        logs_role_arn: null,
        logs_since_ms: null,
        kms_key_arn: null,
        custom_selectors: 0,
        insight_selectors: 0,
        recursive_logging: null,
        created_ms: nowMs,
        deleted_ms: null,
        ...change,
      };
      const made: TrailState = {
        logging: true,
        selectors: defaultSelectors,
        multiRegion: row.multi_region === 1,
        includeGlobal: true,
        recursive: true,
        insights: [],
        aggregations: [],
        ...state,
      };
      await settings.transact(async (tx) => {
        await tx.insertInto("trails").values(row).execute();
        await tx
          .insertInto("trail_states")
          .values(stateValues(row.trail_id, 1, made, { fromMs: nowMs, requestId: "made" }))
          .execute();
      });
      return row;
    },

    async change(trail: TrailRow, change: Partial<TrailRow>): Promise<void> {
      await settings.transact(async (tx) => {
        await tx.updateTable("trails").set(change).where("trail_id", "=", trail.trail_id).execute();
      });
    },

    async setLogging(trail: TrailRow, logging: boolean): Promise<void> {
      await settings.transact((tx) =>
        addState(tx, trail.trail_id, { logging }, { fromMs: nowMs, requestId: randomUUID() }),
      );
    },

    async status(trail: TrailRow, where = region) {
      return settings.read
        .selectFrom("trail_status")
        .selectAll()
        .where("trail_id", "=", trail.trail_id)
        .where("region", "=", where)
        .executeTakeFirst();
    },

    async close(): Promise<void> {
      for (const close of closing) close();
      await world.close();
      await settings.close();
      rmSync(folder, { recursive: true });
    },

    /** An event now, of management unless told otherwise. */
    event(change: Partial<EventRow> = {}): EventRow {
      const eventId = change.eventId ?? randomUUID();
      return {
        eventId,
        accountId,
        region,
        eventTimeMs: nowMs,
        category: "Management",
        eventSource: "xray.amazonaws.com",
        eventName: "CreateGroup",
        readOnly: false,
        username: "reader",
        accessKeyId: "AKIAEXAMPLE000000001",
        errorCode: "",
        resources: [],
        record: JSON.stringify({
          eventVersion: "1.11",
          eventID: eventId,
          eventName: change.eventName ?? "CreateGroup",
        }),
        ...change,
      };
    },
  };
}

export type Simulation = Awaited<ReturnType<typeof startSimulation>>;

function credentials(nowMs: number) {
  return {
    accessKeyId: "ASIAEXAMPLE000000001",
    secretAccessKey: "secret",
    sessionToken: "token",
    // The SDK's clients look at the real clock, too.
    expiration: new Date(Math.max(nowMs, Date.now()) + 3_600_000),
  };
}

/** A settings store whose `failAt`th transaction (from 1) fails, and all after it: its process has died. */
export function dyingSettings(settings: SettingsStore, failAt: number): { store: SettingsStore; died: () => boolean } {
  let count = 0;
  const store: SettingsStore = {
    read: settings.read,
    onCommit: (listener) => settings.onCommit(listener),
    rewrite: (tables) => settings.rewrite(tables),
    close: () => settings.close(),
    transact: (work) => {
      count++;
      return count >= failAt ? Promise.reject(new Error("the process has died")) : settings.transact(work);
    },
  };
  return { store, died: () => count >= failAt };
}
