import { existsSync, readdirSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { gzipSync } from "node:zlib";
import {
  CloudTrailClient,
  CreateEventDataStoreCommand,
  GetImportCommand,
  GetQueryResultsCommand,
  StartImportCommand,
  type StartImportCommandInput,
  StartQueryCommand,
} from "@aws-sdk/client-cloudtrail";
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { eventually, type RunningDosimeter } from "./start-dosimeter.js";

/** Real log files of an attack on a test account, if they are here. */
const attackFolder = path.resolve(import.meta.dirname, "../../shared/data/cloudtrail-invictus");
export const attackIsHere = existsSync(attackFolder);

/** Their names and bytes. */
export function attackFiles(): { name: string; bytes: Buffer }[] {
  const names = readdirSync(attackFolder).filter((name) => name.endsWith(".json.gz"));
  return names.map((name) => ({ name, bytes: readFileSync(path.join(attackFolder, name)) }));
}

/** Where CloudTrail puts a file of that name. */
export function logKey(name: string): string {
  const [, account, region, year, month, day] =
    /^(\d+)_CloudTrail_([a-z0-9-]+)_(\d{4})(\d{2})(\d{2})T/.exec(name) ?? [];
  return `AWSLogs/${account}/CloudTrail/${region}/${year}/${month}/${day}/${name}`;
}

/** An event of an AWS API, as a log file has it. */
export function logEvent(eventID: string, eventTime: string, more: object = {}) {
  return {
    eventVersion: "1.11",
    userIdentity: { type: "IAMUser", principalId: "AIDA1", accountId: "111122223333", userName: "alice" },
    eventTime,
    eventSource: "s3.amazonaws.com",
    eventName: "GetObject",
    awsRegion: "eu-west-1",
    sourceIPAddress: "192.0.2.1",
    userAgent: "test",
    requestParameters: null,
    responseElements: null,
    eventID,
    readOnly: true,
    eventType: "AwsApiCall",
    managementEvent: true,
    recipientAccountId: "111122223333",
    eventCategory: "Management",
    ...more,
  };
}

export function logFile(...records: object[]): Buffer {
  return gzipSync(JSON.stringify({ Records: records }));
}

const allow = (more: object) => JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", ...more }] });

/** A bucket, and a role that CloudTrail may assume to read it. @returns what StartImport takes as its source */
export async function makeLogBucket(service: RunningDosimeter, bucket: string) {
  await service.client(S3Client).send(new CreateBucketCommand({ Bucket: bucket }));
  const iam = service.client(IAMClient);
  const { Role } = await iam.send(
    new CreateRoleCommand({
      RoleName: `read-${bucket}`,
      AssumeRolePolicyDocument: allow({
        Principal: { Service: "cloudtrail.amazonaws.com" },
        Action: "sts:AssumeRole",
        Condition: { StringLike: { "aws:SourceArn": "arn:aws:cloudtrail:*:*:eventdatastore/*" } },
      }),
    }),
  );
  await letRead(service, bucket, [`arn:aws:s3:::${bucket}/*`]);
  return (prefix = ""): NonNullable<StartImportCommandInput["ImportSource"]> => ({
    S3: {
      S3LocationUri: `s3://${bucket}/${prefix}`,
      S3BucketRegion: service.region,
      S3BucketAccessRoleArn: Role!.Arn as string,
    },
  });
}

/** What the role of a bucket may read, beside listing it. */
export async function letRead(service: RunningDosimeter, bucket: string, objects: string[]): Promise<void> {
  const Statement = [
    { Effect: "Allow", Action: "s3:ListBucket", Resource: `arn:aws:s3:::${bucket}` },
    { Effect: "Allow", Action: "s3:GetObject", Resource: objects },
  ];
  await service.client(IAMClient).send(
    new PutRolePolicyCommand({
      RoleName: `read-${bucket}`,
      PolicyName: "read",
      PolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement }),
    }),
  );
}

export async function putLog(service: RunningDosimeter, bucket: string, key: string, bytes: Uint8Array): Promise<void> {
  await service.client(S3Client).send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes }));
}

/** An event data store that takes no events of this service's own, and keeps those of long ago. @returns its ARN */
export async function makeStore(service: RunningDosimeter, Name: string, more: object = {}): Promise<string> {
  const { EventDataStoreArn } = await service.client(CloudTrailClient).send(
    new CreateEventDataStoreCommand({
      Name,
      StartIngestion: false,
      RetentionPeriod: 3653,
      TerminationProtectionEnabled: false,
      ...more,
    }),
  );
  return EventDataStoreArn as string;
}

/** Starts an import and waits for its end. */
export async function importLogs(service: RunningDosimeter, input: StartImportCommandInput) {
  const { ImportId } = await service.client(CloudTrailClient).send(new StartImportCommand(input));
  return endOfImport(service, ImportId as string);
}

export async function endOfImport(service: RunningDosimeter, ImportId: string) {
  return eventually(
    async () => {
      const found = await service.client(CloudTrailClient).send(new GetImportCommand({ ImportId }));
      return !["INITIALIZING", "IN_PROGRESS"].includes(found.ImportStatus ?? "") && found;
    },
    "the end of the import",
    120_000,
  );
}

/** Asks in SQL; `$store` stands for the store. @returns rows, each by its columns */
export async function ask(service: RunningDosimeter, store: string, sql: string): Promise<Record<string, string>[]> {
  const client = service.client(CloudTrailClient);
  const QueryStatement = sql.replaceAll("$store", store.slice(store.lastIndexOf("/") + 1));
  const { QueryId } = await client.send(new StartQueryCommand({ QueryStatement }));
  const { QueryResultRows = [] } = await eventually(async () => {
    const found = await client.send(new GetQueryResultsCommand({ QueryId: QueryId as string }));
    if (found.QueryStatus === "FAILED") throw new Error(found.ErrorMessage);
    return found.QueryStatus === "FINISHED" && found;
  }, `the answer to ${QueryStatement}`);
  return QueryResultRows.map((row) => Object.assign({}, ...row) as Record<string, string>);
}

/** How many events a store holds, and how many of them differ. */
export async function countOf(
  service: RunningDosimeter,
  store: string,
): Promise<{ events: number; different: number }> {
  const [row] = await ask(
    service,
    store,
    "SELECT count(*) AS events, count(DISTINCT eventid) AS different FROM $store",
  );
  return { events: Number(row?.["events"]), different: Number(row?.["different"]) };
}

/** The commands of a page of the guide, as they stand there. */
export async function commandsOf(page: string): Promise<string> {
  const text = await readFile(path.resolve(import.meta.dirname, "../docs/guide", page), "utf8");
  return [...text.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map((match) => match[1]).join("\n");
}
