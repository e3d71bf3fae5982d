import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs, promisify } from "node:util";
import { type AdvancedEventSelector, CloudTrailClient, CreateEventDataStoreCommand } from "@aws-sdk/client-cloudtrail";
import { GetGroupsCommand, XRayClient } from "@aws-sdk/client-xray";
import { addStoreState, eventDataStoreArn } from "../src/audit/lake/event-data-stores.js";
import { compose } from "../src/compose.js";
import { readConfig } from "../src/config.js";
import { systemEnvironment } from "../src/environment.js";
import { createIngestion } from "../src/jobs/ingest-events.js";
import type { CommittedEvent } from "../src/storage/event-store.js";
import { FactDatabase } from "../src/storage/facts/fact-database.js";
import { openFacts } from "../src/storage/facts/open-facts.js";
import { openSqliteSettings } from "../src/storage/settings/open-settings.js";
import type { SettingsStore } from "../src/storage/settings-store.js";
import { latencies } from "./latencies.js";
import { benchSigner } from "./start-benched.js";

/**
 * `npm run build:bench && node dist/bench/lake-ingestion.js [--events N] [--seconds N] [--rate N]`: the processor time of
 * ingestion into event data stores, an event, and how soon the record of a call is found in a store, quiet and under load.
 * The service is composed in this process, as the embedded engine lets no other read its tables.
 */
const { values } = parseArgs({
  options: {
    events: { type: "string", default: "100000" },
    seconds: { type: "string", default: "20" },
    rate: { type: "string", default: "100" },
  },
});
const seconds = Number(values.seconds);
const probeEveryMs = 100;
const accountId = "000000000000";
const region = benchSigner.region;

const of = (...fields: AdvancedEventSelector["FieldSelectors"] & object) => ({ FieldSelectors: fields });
const management = of({ Field: "eventCategory", Equals: ["Management"] });
const traces = of(
  { Field: "eventCategory", Equals: ["Data"] },
  { Field: "resources.type", Equals: ["AWS::XRay::Trace"] },
);

function event(index: number): CommittedEvent {
  const eventId = systemEnvironment.ids.uuid();
  const eventTimeMs = Date.now();
  const record = {
    eventVersion: "1.11",
    userIdentity: {
      type: "AssumedRole",
      principalId: "AROAEXAMPLEEXAMPLE01:shop",
      arn: "arn:aws:sts::000000000000:assumed-role/shop/shop",
      accountId,
      accessKeyId: "ASIAEXAMPLEEXAMPLE01",
      sessionContext: {
        sessionIssuer: { type: "Role", arn: "arn:aws:iam::000000000000:role/shop", accountId, userName: "shop" },
        attributes: { creationDate: "2026-03-01T12:00:00Z", mfaAuthenticated: "false" },
      },
    },
    eventTime: `${new Date(eventTimeMs).toISOString().slice(0, 19)}Z`,
    eventSource: "xray.amazonaws.com",
    eventName: "PutTraceSegments",
    awsRegion: region,
    sourceIPAddress: `10.0.0.${index % 256}`,
    userAgent: "aws-sdk-js/3.1137.0 ua/2.1 os/linux lang/js md/nodejs#20.20.2 api/xray#3.1137.0",
    requestParameters: { traceSegmentDocuments: Array.from({ length: 10 }, () => `trace_id:1-${eventId.slice(0, 8)}`) },
    responseElements: { unprocessedTraceSegments: [] },
    requestID: systemEnvironment.ids.uuid(),
    eventID: eventId,
    readOnly: false,
    resources: [{ type: "AWS::XRay::Trace" }],
    eventType: "AwsApiCall",
    apiVersion: "2016-04-12",
    managementEvent: false,
    recipientAccountId: accountId,
    eventCategory: "Data",
  };
  return {
    eventId,
    accountId,
    region,
    eventTimeMs,
    category: "Data",
    eventSource: record.eventSource,
    eventName: record.eventName,
    readOnly: false,
    username: "shop",
    accessKeyId: record.userIdentity.accessKeyId,
    errorCode: "",
    resources: [{ type: "AWS::XRay::Trace", name: "" }],
    record: JSON.stringify(record),
    commit: index,
    position: 0,
  };
}

async function addStore(settings: SettingsStore, selectors: readonly AdvancedEventSelector[]): Promise<void> {
  const storeId = systemEnvironment.ids.uuid();
  await settings.transact(async (tx) => {
    await tx
      .insertInto("event_data_stores")
      .values({
        store_id: storeId,
        account_id: accountId,
        region,
        name: storeId,
        arn: eventDataStoreArn(region, accountId, storeId),
        kind: "CloudTrail",
        status: "ENABLED",
        billing_mode: "EXTENDABLE_RETENTION_PRICING",
        retention_days: 366,
        termination_protection: 1,
        multi_region: 1,
        organization: 0,
        kms_key_arn: null,
        federation_role_arn: null,
        created_ms: 0,
        updated_ms: 0,
        deletion_asked_ms: null,
      })
      .execute();
    const state = { ingesting: true, selectors, multiRegion: true };
    await addStoreState(tx, storeId, state, { fromMs: 0, requestId: "bench" });
  });
}

/** Processor time of this process, engine and all, an event. Events are as `readCommits` gives them, so not parsed yet. */
async function cost(folder: string): Promise<void> {
  const environment = systemEnvironment;
  const facts = await openFacts({
    dataFolder: folder,
    environment,
    retention: { traceRetentionDays: 30, eventRetentionDays: 90 },
  });
  const wanted = Number(values.events);
  console.log(`\n| stores | events a range | µs an event | ms a range |\n|---|---|---|---|`);
  const cases = [
    { what: "none", stores: 0, selectors: [management] },
    { what: "one, of management events", stores: 1, selectors: [management] },
    { what: "one, of these", stores: 1, selectors: [traces] },
    { what: "ten, of these", stores: 10, selectors: [traces] },
  ];
  for (const { what, stores, selectors } of cases)
    for (const atOnce of [40, 2000]) {
      const settings = await openSqliteSettings({
        path: path.join(folder, `${stores}-${what}-${atOnce}.db`),
        environment,
      });
      for (let store = 0; store < stores; store++) await addStore(settings, selectors);
      const { begin } = createIngestion({ settings, lake: facts.lake });
      const count = stores > 1 ? wanted / 10 : atOnce < 100 ? wanted / 5 : wanted;
      const ranges = Array.from({ length: count / atOnce }, () =>
        Array.from({ length: atOnce }, (_, index) => event(index)),
      );
      const streamId = environment.ids.uuid();
      const before = process.cpuUsage();
      for (const [number, events] of ranges.entries()) {
        const work = await begin({ streamId, afterCommit: number, untilCommit: number + 1, repeated: false });
        await work.take(events, 0);
      }
      const { user, system } = process.cpuUsage(before);
      const perEvent = (user + system) / count;
      console.log(`| ${what} | ${atOnce} | ${perEvent.toFixed(1)} | ${((perEvent * atOnce) / 1000).toFixed(1)} |`);
      await settings.close();
    }
  await facts.close();
}

/** From the answer of a call until its record is found by a question to the store's table. */
async function lag(folder: string): Promise<void> {
  const service = await compose(
    readConfig({
      flags: {},
      environment: {
        DOSIMETER_DATA: folder,
        DOSIMETER_PORT: "0",
        DOSIMETER_DAEMON_PORT: "0",
        DOSIMETER_OTLP_HTTP_PORT: "0",
        DOSIMETER_OTLP_GRPC_PORT: "0",
        DOSIMETER_ROOT_ACCESS_KEY_ID: benchSigner.accessKeyId,
        DOSIMETER_ROOT_SECRET_ACCESS_KEY: benchSigner.secretAccessKey,
      },
    }),
  );
  const database = await FactDatabase.embedded(path.join(folder, "facts"), "dosimeter");
  const client = { endpoint: service.endpoint, region, credentials: benchSigner };
  const cloudTrail = new CloudTrailClient(client);
  const selected = { AdvancedEventSelectors: [management, traces] };
  await cloudTrail.send(new CreateEventDataStoreCommand({ Name: "all", ...selected }));
  const xray = new XRayClient(client);
  const rate = Number(values.rate);
  console.log(`\n| load | found after p50 ms | p99 ms | max ms | calls |\n|---|---|---|---|---|`);
  for (const loaded of [false, true]) {
    const load = loaded ? startLoad(service.endpoint, rate) : Promise.resolve();
    const answered = new Map<string, number>();
    const took: number[] = [];
    let probing = true;
    const looking = (async () => {
      while (probing || answered.size > 0) {
        const ids = [...answered.keys()];
        const found = await database.query<{ request_id: string }>(
          "bench",
          "SELECT request_id FROM lake_events WHERE request_id IN {ids:Array(String)} AND event_time > now() - 120",
          { ids },
        );
        for (const { request_id } of found) {
          took.push(performance.now() - answered.get(request_id)!);
          answered.delete(request_id);
        }
        await sleep(10);
      }
    })();
    const until = performance.now() + seconds * 1000;
    while (performance.now() < until) {
      const { $metadata } = await xray.send(new GetGroupsCommand({}));
      answered.set($metadata.requestId!, performance.now());
      await sleep(probeEveryMs);
    }
    probing = false;
    await looking;
    await load;
    const { p50, p99, max } = latencies(took);
    const what = loaded ? `${rate} calls/s of 10 segments` : "none";
    console.log(`| ${what} | ${p50.toFixed(0)} | ${p99.toFixed(0)} | ${max.toFixed(0)} | ${took.length} |`);
  }
  await database.close();
  cloudTrail.destroy();
  xray.destroy();
  await service.close();
}

async function startLoad(endpoint: string, rate: number): Promise<void> {
  const words = ["--endpoint", endpoint, "--pid", String(process.pid), "--segments", "10", "--rate", String(rate)];
  await promisify(execFile)(
    process.execPath,
    [path.join(import.meta.dirname, "load.js"), ...words, "--seconds", String(seconds), "--warm-up-seconds", "1"],
    {
      env: {
        ...process.env,
        AWS_ACCESS_KEY_ID: benchSigner.accessKeyId,
        AWS_SECRET_ACCESS_KEY: benchSigner.secretAccessKey,
      },
    },
  );
}

const folder = mkdtempSync(path.join(tmpdir(), "dosimeter-lake-"));
try {
  await cost(path.join(folder, "cost"));
  await lag(path.join(folder, "lag"));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit(0);
