import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { addStoreState, eventDataStoreArn, type StoreState } from "../audit/lake/event-data-stores.js";
import { systemEnvironment } from "../environment.js";
import type { EventRow } from "../storage/event-store.js";
import { FactDatabase } from "../storage/facts/fact-database.js";
import { readLake } from "../storage/facts/lake.fixture.js";
import { type Facts, openFacts } from "../storage/facts/open-facts.js";
import type { LakeStore } from "../storage/lake-store.js";
import { accountId, region, type Simulation, startSimulation } from "./delivery.fixture.js";
import { createRecordFollowing } from "./follow-record.js";
import { createIngestion } from "./ingest-events.js";
import { createStoreUpkeep } from "./keep-stores.js";

const daySeconds = 86_400;

/** The engine opens once a process; each test has stores of its own. */
const folder = mkdtempSync(path.join(tmpdir(), "dosimeter-lake-"));
let facts: Facts;
beforeAll(async () => {
  const retention = { traceRetentionDays: 30, eventRetentionDays: 90 };
  facts = await openFacts({ environment: systemEnvironment, dataFolder: folder, retention });
});
afterAll(async () => {
  await facts.close();
  rmSync(folder, { recursive: true });
});

let simulation: Simulation;
beforeEach(async () => {
  simulation = await startSimulation();
});
afterEach(() => simulation.close());

const read = readLake(() => FactDatabase.embedded(path.join(folder, "facts"), "dosimeter"));
const idsIn = async (storeId: string) => (await read(storeId)).map((row) => row["event_id"]);

function following(streamId: string, lake: LakeStore = facts.lake, settleFails = () => false) {
  const { events } = simulation.startProcess(streamId);
  const ending = {
    name: "ending",
    begin: () => ({
      take: async () => {},
      settle: async () => {
        if (settleFails()) throw new Error("cut off");
      },
    }),
  };
  const { run } = createRecordFollowing({
    settings: simulation.settings,
    events,
    environment: simulation.environment,
    followers: [createIngestion({ settings: simulation.settings, lake }), ending],
    holder: streamId,
    reportFailure: () => {},
  });
  return { events, run };
}

const management = [{ FieldSelectors: [{ Field: "eventCategory", Equals: ["Management"] }] }];

async function addStore(given: Partial<StoreState> & { readonly kind?: string; readonly account?: string } = {}) {
  const { kind = "CloudTrail", account = accountId, ...state } = given;
  const { settings, environment, nowMs } = simulation;
  const storeId = environment.ids.uuid();
  const arn = eventDataStoreArn(region, account, storeId);
  await settings.transact(async (tx) => {
    await tx
      .insertInto("event_data_stores")
      .values({
        store_id: storeId,
        account_id: account,
        region,
        name: storeId,
        arn,
        kind,
        status: "ENABLED",
        billing_mode: "EXTENDABLE_RETENTION_PRICING",
        retention_days: 366,
        termination_protection: 0,
        multi_region: 1,
        organization: 0,
        kms_key_arn: null,
        federation_role_arn: null,
        created_ms: nowMs(),
        updated_ms: nowMs(),
        deletion_asked_ms: null,
      })
      .execute();
    const made = { ingesting: true, selectors: management, multiRegion: true, ...state };
    await addStoreState(tx, storeId, made, { fromMs: nowMs(), requestId: "made" });
  });
  const change = (to: Partial<StoreState>, requestId = "changed") =>
    settings.transact((tx) => addStoreState(tx, storeId, to, { fromMs: nowMs(), requestId }));
  return { storeId, arn, change };
}

/** An event a second after the one before. */
function event(change: Partial<EventRow> = {}): EventRow {
  simulation.passSeconds(1);
  return simulation.event(change);
}

describe("ingestion", () => {
  it("gives each store what it selects of its account, and of its region if it has but one", async () => {
    const all = await addStore();
    const one = await addStore({ multiRegion: false });
    const reads = await addStore({
      selectors: [
        {
          FieldSelectors: [
            { Field: "eventCategory", Equals: ["Management"] },
            { Field: "readOnly", Equals: ["true"] },
          ],
        },
      ],
    });
    const other = await addStore({ account: "999999999999" });
    const { events, run } = following("one");
    const write = event();
    const readElsewhere = event({ region: "us-east-1", readOnly: true, eventName: "GetGroup" });
    const data = event({ category: "Data" });
    const foreign = event({ accountId: "999999999999" });
    await events.append([write, readElsewhere, data, foreign]);
    await run();
    expect(await idsIn(all.storeId)).toEqual([write.eventId, readElsewhere.eventId]);
    expect(await idsIn(one.storeId)).toEqual([write.eventId]);
    expect(await idsIn(reads.storeId)).toEqual([readElsewhere.eventId]);
    expect(await idsIn(other.storeId)).toEqual([foreign.eventId]);
  });

  it("judges an event by the state at its own time, however late it comes", async () => {
    const { storeId, change } = await addStore();
    const { events, run } = following("one");
    const before = event();
    simulation.passSeconds(1);
    await change({ ingesting: false });
    const stopped = event();
    simulation.passSeconds(1);
    await change({ ingesting: true });
    const again = event();
    await events.append([again, stopped, before]);
    await run();
    expect(await idsIn(storeId)).toEqual([before.eventId, again.eventId]);
  });

  it("has the record of the call that stopped the store in the store", async () => {
    const { storeId, change } = await addStore();
    const { events, run } = following("one");
    simulation.passSeconds(1);
    await change({ ingesting: false }, "request-of-stop");
    const stop = event({
      eventSource: "cloudtrail.amazonaws.com",
      eventName: "StopEventDataStoreIngestion",
      record: JSON.stringify({ requestID: "request-of-stop" }),
    });
    const later = event();
    await events.append([stop, later]);
    await run();
    expect(await idsIn(storeId)).toEqual([stop.eventId]);
  });

  it("adds the events of a range once, also if it was cut off at any point before its end", async () => {
    const { storeId } = await addStore();
    let [cutAppends, cutSettles] = [2, 1];
    const lake: LakeStore = {
      append: async (...parts) => {
        await facts.lake.append(...parts);
        // The rows are there, and nobody was told.
        if (cutAppends > 0 && cutAppends-- > 0) throw new Error("cut off");
      },
      present: (...parts) => facts.lake.present(...parts),
      retain: (...parts) => facts.lake.retain(...parts),
      drop: (...parts) => facts.lake.drop(...parts),
    };
    const { events, run } = following("one", lake, () => cutSettles > 0 && cutSettles-- > 0);
    const rows = Array.from({ length: 7 }, () => event());
    for (const row of rows) await events.append([row]);
    for (let attempt = 0; attempt < 3; attempt++) await expect(run()).rejects.toThrow("cut off");
    await run();
    await run();
    expect(await idsIn(storeId)).toEqual(rows.map((row) => row.eventId));
  });

  it("gives a store for Insights the Insights events that name it", async () => {
    const selectors = [{ FieldSelectors: [{ Field: "eventCategory", Equals: ["Insight"] }] }];
    const mine = await addStore({ kind: "Insight", selectors });
    const other = await addStore({ kind: "Insight", selectors });
    const { events, run } = following("one");
    const named = event({ category: "Insight", resources: [{ type: "", name: mine.arn }] });
    await events.append([named, event({ category: "Insight" }), event()]);
    await run();
    expect(await idsIn(mine.storeId)).toEqual([named.eventId]);
    expect(await idsIn(other.storeId)).toEqual([]);
  });

  it("adds the context that a store asks for, and leaves other stores' records as they are", async () => {
    const plain = await addStore();
    const rich = await addStore();
    await simulation.settings.transact(async (tx) => {
      const keys = [
        { Type: "RequestContext", Equals: ["aws:PrincipalArn"] },
        { Type: "TagContext", Equals: ["team"] },
      ];
      await tx
        .insertInto("event_configurations")
        .values({ arn: rich.arn, max_event_size: "Large", context_keys: JSON.stringify(keys) })
        .execute();
      await tx.insertInto("trail_tags").values({ arn: "arn:x", tag_key: "team", tag_value: "web" }).execute();
    });
    const { events, run } = following("one");
    const record = {
      eventCategory: "Management",
      userIdentity: { type: "IAMUser", arn: "arn:aws:iam::1:user/ada" },
      resources: [{ ARN: "arn:x" }],
    };
    await events.append([event({ record: JSON.stringify(record) })]);
    await run();
    const recordsIn = async (storeId: string) => (await read(storeId)).map((row) => JSON.parse(String(row["record"])));
    expect(await recordsIn(plain.storeId)).toEqual([record]);
    expect(await recordsIn(rich.storeId)).toEqual([
      {
        ...record,
        eventContext: {
          requestContext: { "aws:PrincipalArn": "arn:aws:iam::1:user/ada" },
          tagContext: { resourceTags: [{ arn: "arn:x", tags: { team: "web" } }] },
        },
      },
    ]);
  });
});

describe("upkeep of event data stores", () => {
  it("removes months past retention, and a deleted store with all it holds after seven days", async () => {
    const [kept, deleted] = [await addStore(), await addStore()];
    const { events, run } = following("one");
    const row = event();
    await events.append([row]);
    await run();
    const { settings, nowMs, passSeconds } = simulation;
    await settings.transact(async (tx) => {
      await tx
        .updateTable("event_data_stores")
        .set({ status: "PENDING_DELETION", deletion_asked_ms: nowMs() })
        .where("store_id", "=", deleted.storeId)
        .execute();
      await tx.insertInto("trail_tags").values({ arn: deleted.arn, tag_key: "a", tag_value: null }).execute();
    });
    const upkeep = createStoreUpkeep({ settings, lake: facts.lake });
    const listed = async () =>
      (await settings.read.selectFrom("event_data_stores").select("store_id").execute()).length;

    passSeconds(7 * daySeconds - 1);
    await upkeep.run(nowMs());
    expect(await idsIn(deleted.storeId)).toEqual([row.eventId]);
    passSeconds(1);
    await upkeep.run(nowMs());
    await upkeep.run(nowMs());
    expect(await idsIn(deleted.storeId)).toEqual([]);
    expect(await listed()).toBe(1);
    expect(await settings.read.selectFrom("trail_tags").selectAll().execute()).toEqual([]);
    expect((await settings.read.selectFrom("event_data_store_states").select("store_id").execute()).length).toBe(1);

    expect(await idsIn(kept.storeId)).toEqual([row.eventId]);
    passSeconds(400 * daySeconds);
    await upkeep.run(nowMs());
    expect(await idsIn(kept.storeId)).toEqual([]);
    expect(await listed()).toBe(1);
  });
});
