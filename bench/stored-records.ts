import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { CloudTrailClient, LookupEventsCommand, type LookupEventsCommandInput } from "@aws-sdk/client-cloudtrail";
import { systemEnvironment } from "../src/environment.js";
import type { EventRow } from "../src/storage/event-store.js";
import { FactDatabase } from "../src/storage/facts/fact-database.js";
import { openFacts } from "../src/storage/facts/open-facts.js";
import { latencies } from "./latencies.js";
import { benchSigner, startBenched } from "./start-benched.js";

/**
 * What questions to the record of calls cost over the wire, and what it takes on disk.
 *
 *   npm run build:bench && node dist/bench/stored-records.js --events 1000000 [--data folder] [--questions 50]
 *
 * Events spread over ninety days: three of ten are management events of forty operations and a thousand users, the others
 * data events of traces. A tenth of them is made one by one, the others are copies at other times with ids of their own.
 */
const option = (name: string, otherwise: number) => {
  const place = process.argv.indexOf(`--${name}`);
  return place < 0 ? otherwise : Number(process.argv[place + 1]);
};
const wanted = option("events", 1_000_000);
const questions = option("questions", 50);
const copies = 10;
const dayMs = 86_400_000;
const batchEvents = 5_000;
const nowMs = Date.now();

const dataOption = process.argv.indexOf("--data");
const data = dataOption < 0 ? mkdtempSync(path.join(tmpdir(), "dosimeter-records-")) : process.argv[dataOption + 1]!;

/** The same numbers every time. Source: Park and Miller's generator. */
let seed = 20261127;
function random(below: number): number {
  seed = (seed * 48_271) % 2_147_483_647;
  return seed % below;
}

const managementNames = ["Get", "List", "Describe", "Create", "Update", "Delete", "Put", "Tag"].flatMap((verb) =>
  ["Group", "SamplingRule", "Trail", "Role", "Key"].map((noun) => `${verb}${noun}`),
);
const dataNames = ["PutTraceSegments", "PutTraceSegments", "PutTraceSegments", "GetTraceSummaries", "BatchGetTraces"];

function event(index: number): EventRow {
  const eventId = systemEnvironment.ids.uuid();
  const management = random(10) < 3;
  const eventName = management ? managementNames[random(40)]! : dataNames[random(5)]!;
  const userName = `user-${random(1000)}`;
  const eventTimeMs = nowMs - 9 * dayMs + Math.floor((index / (wanted / copies)) * 9 * dayMs);
  const readOnly = /^(Get|List|Describe|BatchGet)/.test(eventName);
  const resource = management ? `resource-${random(5000)}` : "";
  const accessKeyId = `AKIA${userName.toUpperCase().replace("-", "").padEnd(16, "X")}`;
  const errorCode = random(50) === 0 ? "AccessDenied" : "";
  const record = {
    eventVersion: "1.11",
    userIdentity: {
      type: "IAMUser",
      principalId: `AIDA${userName}`,
      arn: `arn:aws:iam::000000000000:user/${userName}`,
      accountId: "000000000000",
      accessKeyId,
      userName,
    },
    eventTime: new Date(eventTimeMs).toISOString().replace(/\.\d+Z/, "Z"),
    eventSource: "xray.amazonaws.com",
    eventName,
    awsRegion: "us-east-1",
    sourceIPAddress: `10.0.${random(256)}.${random(256)}`,
    userAgent: "aws-sdk-js/3.1137.0 ua/2.1 os/linux lang/js md/nodejs#20.20.2 api/xray#3.1137.0",
    ...(errorCode !== "" && { errorCode, errorMessage: "User is not authorized to perform this" }),
    requestParameters: management
      ? { groupName: resource }
      : { traceSegmentDocuments: Array.from({ length: 5 }, () => `trace_id:1-${eventId.slice(0, 8)}-${eventId}`) },
    responseElements: null,
    requestID: systemEnvironment.ids.uuid(),
    eventID: eventId,
    readOnly,
    eventType: "AwsApiCall",
    apiVersion: "2016-04-12",
    managementEvent: management,
    recipientAccountId: "000000000000",
    eventCategory: management ? "Management" : "Data",
  };
  return {
    eventId,
    accountId: "000000000000",
    region: "us-east-1",
    eventTimeMs,
    category: management ? "Management" : "Data",
    eventSource: "xray.amazonaws.com",
    eventName,
    readOnly,
    username: userName,
    accessKeyId,
    errorCode,
    resources: management ? [{ type: "AWS::XRay::Group", name: resource }] : [{ type: "AWS::XRay::Trace", name: "" }],
    record: JSON.stringify(record),
  };
}

async function fill(): Promise<void> {
  const options = { dataFolder: data, environment: systemEnvironment };
  const facts = await openFacts({ ...options, retention: { eventRetentionDays: 90, traceRetentionDays: 30 } });
  for (let made = 0; made < wanted / copies; made += batchEvents)
    await facts.events.append(Array.from({ length: batchEvents }, (_, index) => event(made + index)));
  await facts.close();
  const database = await FactDatabase.embedded(path.join(data, "facts"), "dosimeter");
  for (let copy = 1; copy < copies; copy++)
    await database.command(
      `INSERT INTO events SELECT * REPLACE (toString(generateUUIDv4()) AS event_id,
         event_time_ms - ${copy * 9 * dayMs} AS event_time_ms, commit + ${copy * 1_000_000} AS commit)
       FROM (SELECT * FROM events WHERE commit < 1000000)`,
    );
  const [size] = await database.query<{ rows: number; bytes: number; parts: number }>(
    "bench",
    `SELECT sum(rows) AS rows, sum(bytes_on_disk) AS bytes, count() AS parts FROM system.parts
     WHERE active AND database = 'dosimeter' AND table = 'events'`,
    {},
  );
  await database.close();
  const bytes = Number(size?.bytes) / Number(size?.rows);
  console.log(`${size?.rows} events in ${size?.parts} parts, ${bytes.toFixed(0)} bytes each on disk`);
}

async function ask(): Promise<void> {
  const program = path.resolve(import.meta.dirname, "../../bin/dosimeter.cjs");
  const service = await startBenched(program, data);
  const { region, ...credentials } = benchSigner;
  const client = new CloudTrailClient({ endpoint: service.endpoint, region, credentials });
  const one = async (input: LookupEventsCommandInput) => {
    const start = performance.now();
    const { Events: events } = await client.send(new LookupEventsCommand(input));
    return { tookMs: performance.now() - start, events: events ?? [] };
  };
  try {
    const sample = (await one({ EndTime: new Date(nowMs - 40 * dayMs) })).events;
    const by = (key: "EventName" | "EventId" | "Username" | "ResourceName" | "ReadOnly" | "AccessKeyId") => {
      return (): LookupEventsCommandInput => {
        const found = sample[random(sample.length)]!;
        const value = {
          EventName: found.EventName,
          EventId: found.EventId,
          Username: found.Username,
          ResourceName: found.Resources?.[0]?.ResourceName,
          ReadOnly: "false",
          AccessKeyId: found.AccessKeyId,
        }[key];
        return { LookupAttributes: [{ AttributeKey: key, AttributeValue: value }] };
      };
    };
    const kinds: Record<string, () => LookupEventsCommandInput> = {
      "the newest": () => ({}),
      "a minute 40 days ago": () => ({
        StartTime: new Date(nowMs - 40 * dayMs - random(100_000) * 1000),
        EndTime: new Date(nowMs - 40 * dayMs + 60_000),
      }),
      "one of 40 names": by("EventName"),
      "one id": by("EventId"),
      "one of 1,000 users": by("Username"),
      "one of 1,000 keys": by("AccessKeyId"),
      "one of 5,000 resources": by("ResourceName"),
      writes: by("ReadOnly"),
      "no such user": () => ({ LookupAttributes: [{ AttributeKey: "Username", AttributeValue: "nobody" }] }),
    };
    console.log("\n| LookupEvents | p50 ms | p99 ms | events |\n|---|---|---|---|");
    for (const [what, input] of Object.entries(kinds)) {
      const took: number[] = [];
      let count = 0;
      await one(input());
      for (let index = 0; index < questions; index++) {
        const { tookMs, events } = await one(input());
        took.push(tookMs);
        count += events.length;
      }
      const { p50, p99 } = latencies(took);
      console.log(`| ${what} | ${p50.toFixed(1)} | ${p99.toFixed(1)} | ${(count / questions).toFixed(0)} |`);
    }
  } finally {
    client.destroy();
    await service.stop();
  }
}

try {
  await fill();
  await ask();
} finally {
  if (dataOption < 0) rmSync(data, { recursive: true, force: true });
}
