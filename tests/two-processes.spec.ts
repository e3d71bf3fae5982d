import {
  CloudTrailClient,
  CreateTrailCommand,
  PutEventSelectorsCommand,
  StartLoggingCommand,
} from "@aws-sdk/client-cloudtrail";
import { CloudWatchLogsClient, CreateLogGroupCommand } from "@aws-sdk/client-cloudwatch-logs";
import { GetTraceSummariesCommand, XRayClient } from "@aws-sdk/client-xray";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually, type RunningDosimeter, startDosimeter, startServers } from "./start-dosimeter.js";
import { deliveredRecords, makeTrailBucket } from "./trail-destinations.js";

const skipped = process.env["DOSIMETER_TEST_POSTGRES_URL"] === undefined;

/** Longer than the lease of a stream (30 s) and the time after which a writer is called dead (60 s). */
const takeOverMsMax = 150_000;

describe.skipIf(skipped)("two processes over one PostgreSQL and one ClickHouse (DOSIMETER_TEST_POSTGRES_URL)", () => {
  let servers: Awaited<ReturnType<typeof startServers>>;
  let first: RunningDosimeter;
  let second: RunningDosimeter;
  let secondEnvironment: Record<string, string>;

  beforeAll(async () => {
    servers = await startServers();
    const shared = {
      ...servers.env,
      DOSIMETER_MASTER_KEY: Buffer.alloc(32, 7).toString("base64"),
      DOSIMETER_DELIVERY_SECONDS: "1",
    };
    first = await startDosimeter({ env: shared });
    secondEnvironment = { ...shared, DOSIMETER_S3_ENDPOINT: first.endpoint };
    second = await startDosimeter({ env: secondEnvironment });
  });

  afterAll(async () => {
    await second?.stop();
    await first?.stop();
    await servers?.stop();
  });

  it("deliver each call once, also those of one that was killed and of the one that took its place", {
    timeout: takeOverMsMax + 60_000,
  }, async () => {
    await makeTrailBucket(first, "audit");
    const trails = first.client(CloudTrailClient);
    await trails.send(new CreateTrailCommand({ Name: "all", S3BucketName: "audit" }));
    await trails.send(
      new PutEventSelectorsCommand({
        TrailName: "all",
        AdvancedEventSelectors: [
          { FieldSelectors: [{ Field: "eventCategory", Equals: ["Management"] }] },
          {
            FieldSelectors: [
              { Field: "eventCategory", Equals: ["Data"] },
              { Field: "resources.type", Equals: ["AWS::XRay::Trace"] },
            ],
          },
        ],
      }),
    );
    await trails.send(new StartLoggingCommand({ Name: "all" }));

    const acknowledged = new Set<string>();
    const use = async (service: RunningDosimeter, tag: string, count: number) => {
      const xray = service.client(XRayClient);
      const logs = service.client(CloudWatchLogsClient);
      for (let index = 0; index < count; index++) {
        const EndTime = new Date();
        const StartTime = new Date(EndTime.getTime() - 60_000);
        const read = await xray.send(new GetTraceSummariesCommand({ StartTime, EndTime }));
        acknowledged.add(read.$metadata.requestId!);
        const made = await logs.send(new CreateLogGroupCommand({ logGroupName: `${tag}-${index}` }));
        acknowledged.add(made.$metadata.requestId!);
      }
    };
    await Promise.all([use(first, "first", 20), use(second, "second", 20)]);
    const killed = use(second, "killed", 1000).catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 700));
    await second.stop("SIGKILL");
    await killed;
    second = await startDosimeter({ env: secondEnvironment });
    await Promise.all([use(first, "first-again", 20), use(second, "second-again", 20)]);

    const delivered = async () => (await deliveredRecords(first, "audit")).map((record) => record.requestID);
    await eventually(
      async () => {
        const ids = new Set(await delivered());
        return [...acknowledged].every((id) => ids.has(id));
      },
      "every acknowledged call in the bucket",
      takeOverMsMax,
    );
    const times = new Map<string, number>();
    for (const id of await delivered()) times.set(id, (times.get(id) ?? 0) + 1);
    expect([...acknowledged].filter((id) => times.get(id) !== 1)).toEqual([]);
    expect(acknowledged.size).toBeGreaterThan(160);
  });
});
