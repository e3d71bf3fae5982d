import { randomBytes, randomUUID } from "node:crypto";
import { writeSync } from "node:fs";
import { systemEnvironment } from "../src/environment.js";
import { openFacts } from "../src/storage/facts/open-facts.js";

/**
 * Writes segments and events until it is killed, and says on standard output what was acknowledged, a line each, after
 * the acknowledgement. Arguments: data folder, account.
 */
const [dataFolder, accountId] = process.argv.slice(2) as [string, string];
const writersAtOnce = 8;
const scope = { accountId, region: "eu-west-1" };
const facts = await openFacts({
  environment: systemEnvironment,
  dataFolder,
  retention: { traceRetentionDays: 30, eventRetentionDays: 90 },
});

async function writeForEver(): Promise<never> {
  for (;;) {
    const nowMs = Date.now();
    const traceId = `1-${Math.floor(nowMs / 1000).toString(16)}-${randomBytes(12).toString("hex")}`;
    const segments = Array.from({ length: 10 }, () => ({
      traceId,
      segmentId: randomBytes(8).toString("hex"),
      kind: "segment" as const,
      startTimeSeconds: nowMs / 1000,
      endTimeSeconds: nowMs / 1000,
      inProgress: false,
      receivedMs: nowMs,
      document: JSON.stringify({ filler: "x".repeat(400) }),
    }));
    await facts.traces.putSegments(scope, segments);
    writeSync(1, `trace ${traceId}\n`);
    const eventId = randomUUID();
    await facts.events.append([
      {
        eventId,
        ...scope,
        eventTimeMs: nowMs,
        category: "Management",
        eventSource: "xray.amazonaws.com",
        eventName: "PutTraceSegments",
        readOnly: false,
        username: "ada",
        accessKeyId: "",
        errorCode: "",
        resources: [],
        record: "{}",
      },
    ]);
    writeSync(1, `event ${eventId}\n`);
  }
}

writeSync(1, "ready\n");
await Promise.all(Array.from({ length: writersAtOnce }, writeForEver));
