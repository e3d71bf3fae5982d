import { gunzipSync } from "node:zlib";
import { CloudTrailClient, ListPublicKeysCommand, LookupEventsCommand } from "@aws-sdk/client-cloudtrail";
import { CloudWatchLogsClient, paginateDescribeLogGroups } from "@aws-sdk/client-cloudwatch-logs";
import { IAMClient, paginateListUsers } from "@aws-sdk/client-iam";
import { GetObjectCommand, paginateListObjectsV2, S3Client } from "@aws-sdk/client-s3";
import { BatchGetTracesCommand, XRayClient } from "@aws-sdk/client-xray";
import type { Finding } from "../../src/verify/findings.js";
import { readPublicKeys } from "../../src/verify/public-keys.js";
import { verifyBucket } from "../../src/verify/verify-bucket.js";
import type { RunningDosimeter } from "../start-dosimeter.js";
import { namePrefix } from "./writers.js";

/** The members of a CloudTrail record that these tests look at. */
export interface TrailRecord {
  readonly eventID: string;
  readonly requestID?: string;
  readonly eventName: string;
  readonly errorCode?: string;
  readonly requestParameters: { readonly logGroupName?: string; readonly userName?: string } | null;
}

/** Every record of every log file in the bucket, in no order. The files are read once each, whole. */
export async function deliveredRecords(service: RunningDosimeter, bucket: string): Promise<TrailRecord[]> {
  const s3 = service.client(S3Client);
  const records: TrailRecord[] = [];
  const prefix = `AWSLogs/${service.accountId}/CloudTrail/`;
  for await (const page of paginateListObjectsV2({ client: s3 }, { Bucket: bucket, Prefix: prefix })) {
    for (const { Key } of page.Contents ?? []) {
      if (Key!.endsWith("/")) continue; // The marker CreateTrail leaves.
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
      const file = JSON.parse(gunzipSync(await Body!.transformToByteArray()).toString("utf8"));
      records.push(...file.Records);
    }
  }
  return records;
}

/** Every event of that name in event history. */
export async function lookedUpRecords(service: RunningDosimeter, eventName: string): Promise<TrailRecord[]> {
  const cloudtrail = service.client(CloudTrailClient);
  const records: TrailRecord[] = [];
  let NextToken: string | undefined;
  do {
    const page = await cloudtrail.send(
      new LookupEventsCommand({
        LookupAttributes: [{ AttributeKey: "EventName", AttributeValue: eventName }],
        NextToken,
      }),
    );
    records.push(...(page.Events ?? []).map(({ CloudTrailEvent }) => JSON.parse(CloudTrailEvent!) as TrailRecord));
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return records;
}

/** What the offline verifier says of the bucket as it is now. */
export async function verified(service: RunningDosimeter, bucket: string): Promise<Finding[]> {
  const s3 = service.client(S3Client);
  const { PublicKeyList = [] } = await service
    .client(CloudTrailClient)
    .send(new ListPublicKeysCommand({ StartTime: new Date(Date.now() - 3_600_000), EndTime: new Date() }));
  const keys = readPublicKeys(
    JSON.stringify({
      PublicKeyList: PublicKeyList.map(({ Value, Fingerprint }) => ({
        Value: Buffer.from(Value!).toString("base64"),
        Fingerprint,
      })),
    }),
  );
  const findings: Finding[] = [];
  const source = {
    list: async (prefix: string) => {
      const found: string[] = [];
      for await (const page of paginateListObjectsV2({ client: s3 }, { Bucket: bucket, Prefix: prefix }))
        found.push(...(page.Contents ?? []).map(({ Key }) => Key!));
      return found;
    },
    read: async (key: string) => {
      const { Body, Metadata = {} } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      return { bytes: Buffer.from(await Body!.transformToByteArray()), metadata: Metadata };
    },
  };
  for await (const finding of verifyBucket(bucket, source, keys)) findings.push(finding);
  return findings;
}

/** Segment ids by trace id, of the traces asked for that are there. */
export async function storedSegments(
  service: RunningDosimeter,
  traceIds: readonly string[],
): Promise<Map<string, string[]>> {
  const xray = service.client(XRayClient);
  const found = new Map<string, string[]>();
  // BatchGetTraces takes five ids a call.
  for (let at = 0; at < traceIds.length; at += 5) {
    const { Traces = [] } = await xray.send(new BatchGetTracesCommand({ TraceIds: traceIds.slice(at, at + 5) }));
    for (const { Id, Segments = [] } of Traces) found.set(Id!, Segments.map((segment) => segment.Id!).sort());
  }
  return found;
}

export async function logGroupNames(service: RunningDosimeter): Promise<string[]> {
  const names: string[] = [];
  const client = service.client(CloudWatchLogsClient);
  for await (const page of paginateDescribeLogGroups({ client }, { logGroupNamePrefix: namePrefix }))
    names.push(...(page.logGroups ?? []).map(({ logGroupName }) => logGroupName!));
  return names;
}

export async function userNames(service: RunningDosimeter): Promise<string[]> {
  const names: string[] = [];
  for await (const page of paginateListUsers({ client: service.client(IAMClient) }, {}))
    names.push(...(page.Users ?? []).map(({ UserName }) => UserName!).filter((name) => name.startsWith(namePrefix)));
  return names;
}
