import {
  CloudTrailClient,
  CreateTrailCommand,
  PutEventSelectorsCommand,
  StartLoggingCommand,
} from "@aws-sdk/client-cloudtrail";
import { CloudWatchLogsClient, CreateLogGroupCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  CancelKeyDeletionCommand,
  CreateKeyCommand,
  DecryptCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  EncryptCommand,
  KMSClient,
  ScheduleKeyDeletionCommand,
} from "@aws-sdk/client-kms";
import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import {
  BatchGetTracesCommand,
  GetTraceSummariesCommand,
  PutEncryptionConfigCommand,
  PutTraceSegmentsCommand,
  XRayClient,
} from "@aws-sdk/client-xray";
import pg from "pg";
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

  it("shut what a key encrypted with the next call after it is disabled, whichever of them is asked, and for ever with its deletion", async () => {
    const both = [first, second];
    const kms = first.client(KMSClient);
    const KeyId = (await kms.send(new CreateKeyCommand({}))).KeyMetadata!.KeyId!;
    await first.client(XRayClient).send(new PutEncryptionConfigCommand({ Type: "KMS", KeyId }));
    const seconds = Math.floor(Date.now() / 1000);
    const traceId = `1-${seconds.toString(16)}-${"5e".repeat(12)}`;
    const segment = { trace_id: traceId, id: "5e5e5e5e5e5e5e5e", name: "shop", start_time: seconds, end_time: seconds };
    const TraceSegmentDocuments = [JSON.stringify(segment)];
    await first.client(XRayClient).send(new PutTraceSegmentsCommand({ TraceSegmentDocuments }));
    await makeTrailBucket(first, "sealed");
    const object = { Bucket: "sealed", Key: "secret" };
    const sealed = { ...object, Body: "text", ServerSideEncryption: "aws:kms", SSEKMSKeyId: KeyId } as const;
    await first.client(S3Client).send(new PutObjectCommand(sealed));
    const { CiphertextBlob } = await kms.send(new EncryptCommand({ KeyId, Plaintext: Buffer.from("text") }));

    /** What each reading of each process ends with: "read", or the name of the error. */
    const readings = () =>
      Promise.all([
        ...both.flatMap((service) => [
          outcome(service.client(XRayClient).send(new BatchGetTracesCommand({ TraceIds: [traceId] }))),
          outcome(service.client(KMSClient).send(new DecryptCommand({ CiphertextBlob, KeyId }))),
        ]),
        outcome(first.client(S3Client).send(new GetObjectCommand(object))),
      ]);
    const all = (xray: string, key: string, s3: string) => [xray, key, xray, key, s3];
    const allRead = all("read", "read", "read");

    expect(await readings()).toEqual(allRead);
    for (const [index, changing] of both.entries()) {
      const other = both[1 - index]!.client(KMSClient);
      await changing.client(KMSClient).send(new DisableKeyCommand({ KeyId }));
      expect(await readings()).toEqual(all("InvalidRequestException", "DisabledException", "KMS.DisabledException"));
      await other.send(new EnableKeyCommand({ KeyId }));
      expect(await readings()).toEqual(allRead);
    }
    await kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
    const pending = "KMSInvalidStateException";
    expect(await readings()).toEqual(all("InvalidRequestException", pending, `KMS.${pending}`));
    await second.client(KMSClient).send(new CancelKeyDeletionCommand({ KeyId }));
    await second.client(KMSClient).send(new EnableKeyCommand({ KeyId }));
    expect(await readings()).toEqual(allRead);

    // As if the seven days were over; that the material is then destroyed is shown in src/services/kms.
    await kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
    const settings = new pg.Client({ connectionString: servers.env.DOSIMETER_POSTGRES_URL });
    await settings.connect();
    await settings.query("UPDATE kms_keys SET deletion_ms = $1 WHERE key_id = $2", [Date.now(), KeyId]);
    await settings.end();
    expect(await readings()).toEqual(all("InvalidRequestException", "NotFoundException", "KMS.NotFoundException"));
    await first.client(XRayClient).send(new PutEncryptionConfigCommand({ Type: "NONE" }));
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
    await eventually(async () => acknowledged.size > 90, "some calls before the kill");
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

async function outcome(reading: Promise<unknown>): Promise<string> {
  return reading.then(
    () => "read",
    (problem: Error) => problem.name,
  );
}
