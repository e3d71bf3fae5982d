import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import {
  CloudTrailClient,
  CreateTrailCommand,
  PutEventSelectorsCommand,
  StartLoggingCommand,
} from "@aws-sdk/client-cloudtrail";
import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from "@aws-sdk/client-iam";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { BatchGetTracesCommand, CreateGroupCommand, GetGroupsCommand, XRayClient } from "@aws-sdk/client-xray";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually, type RunningDosimeter, startDosimeter } from "./start-dosimeter.js";
import { deliveredRecords, makeTrailBucket } from "./trail-destinations.js";

const bucket = "audit-logs";
const trailscraper = process.env["DOSIMETER_TEST_TRAILSCRAPER"];

describe("readers of log files", () => {
  let service: RunningDosimeter;
  let roleArn: string;

  beforeAll(async () => {
    service = await startDosimeter({ env: { DOSIMETER_DELIVERY_SECONDS: "1" } });
    await makeTrailBucket(service, bucket);
    const trails = service.client(CloudTrailClient);
    await trails.send(new CreateTrailCommand({ Name: "audit", S3BucketName: bucket }));
    const fields = (category: string) => [{ Field: "eventCategory", Equals: [category] }];
    const traces = [...fields("Data"), { Field: "resources.type", Equals: ["AWS::XRay::Trace"] }];
    await trails.send(
      new PutEventSelectorsCommand({
        TrailName: "audit",
        AdvancedEventSelectors: [{ FieldSelectors: fields("Management") }, { FieldSelectors: traces }],
      }),
    );
    await trails.send(new StartLoggingCommand({ Name: "audit" }));

    const iam = service.client(IAMClient);
    const trust = { Effect: "Allow", Principal: { AWS: service.accountId }, Action: "sts:AssumeRole" };
    const { Role } = await iam.send(
      new CreateRoleCommand({
        RoleName: "on-call",
        AssumeRolePolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: [trust] }),
      }),
    );
    roleArn = Role!.Arn!;
    const allowed = { Effect: "Allow", Action: "xray:*", Resource: "*" };
    await iam.send(
      new PutRolePolicyCommand({
        RoleName: "on-call",
        PolicyName: "read",
        PolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: [allowed] }),
      }),
    );
    // Root may assume no role, so a user does.
    await iam.send(new CreateUserCommand({ UserName: "ada" }));
    const assume = { Effect: "Allow", Action: "sts:AssumeRole", Resource: roleArn };
    await iam.send(
      new PutUserPolicyCommand({
        UserName: "ada",
        PolicyName: "assume",
        PolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: [assume] }),
      }),
    );
    const { AccessKey: key } = await iam.send(new CreateAccessKeyCommand({ UserName: "ada" }));
    const { Credentials: session } = await service
      .client(STSClient, { accessKeyId: key!.AccessKeyId!, secretAccessKey: key!.SecretAccessKey! })
      .send(new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: "ada" }));
    const xray = service.client(XRayClient, {
      accessKeyId: session!.AccessKeyId!,
      secretAccessKey: session!.SecretAccessKey!,
      sessionToken: session!.SessionToken!,
    });
    await xray.send(new GetGroupsCommand({}));
    await xray.send(new CreateGroupCommand({ GroupName: "checkout", FilterExpression: "fault" }));
    await xray.send(new BatchGetTracesCommand({ TraceIds: ["1-58406520-a006649127e371903a2de979"] }));
    await eventually(async () => {
      const records = await deliveredRecords(service, bucket);
      return records.some((record) => record.eventName === "BatchGetTraces");
    }, "the last call in a log file");
  });
  afterAll(async () => {
    await service?.stop();
  });

  it("find in a table of Athena a column for every field, of the field's type", async () => {
    const guide = readFileSync(path.resolve(import.meta.dirname, "../docs/guide/other-tools.md"), "utf8");
    const [, definition = ""] = /CREATE EXTERNAL TABLE audit_events \(([\s\S]*?)\)\nPARTITIONED/.exec(guide) ?? [];
    const table = hiveType(`struct<${definition.replace(/^\s*(\w+) /gm, "$1:").replace(/, (\w+) /g, ",$1:")}>`);
    const records = await deliveredRecords(service, bucket);
    expect(records.length).toBeGreaterThan(5);
    expect([...new Set(records.flatMap((record) => misfits(table, record, "")))]).toEqual([]);
  });

  it.skipIf(trailscraper === undefined)(
    "like trailscraper make a policy of what a role really called (DOSIMETER_TEST_TRAILSCRAPER names the program)",
    async () => {
      const folder = await mkdtemp(path.join(tmpdir(), "dosimeter-trailscraper-"));
      const scrape = (...args: string[]) =>
        promisify(execFile)(trailscraper!, args, { env: { ...service.cliEnvironment(), LC_ALL: "C.UTF-8" } });
      try {
        const place = ["--log-dir", folder];
        const { accountId, region } = service;
        await scrape("download", "--bucket", bucket, "--account-id", accountId, "--region", region, ...place);
        const { stdout } = await scrape("select", ...place, "--filter-assumed-role-arn", roleArn);
        const generating = promisify(execFile)(trailscraper!, ["generate"]);
        generating.child.stdin!.end(stdout);
        const policy = JSON.parse((await generating).stdout) as { Statement: { Action: string[] }[] };
        expect(policy.Statement.flatMap((statement) => statement.Action).sort()).toEqual([
          "xray:BatchGetTraces",
          "xray:CreateGroup",
          "xray:GetGroups",
        ]);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
    120_000,
  );
});

type HiveType = "string" | { readonly array: HiveType } | { readonly struct: ReadonlyMap<string, HiveType> };

/** Reads a type of Hive: `string`, `array<…>`, `struct<name:type,…>`. */
function hiveType(text: string): HiveType {
  const tokens = text.match(/[\w`]+|[<>:,]/g) ?? [];
  const read = (): HiveType => {
    const word = tokens.shift();
    if (word === "string") return "string";
    expect(tokens.shift()).toBe("<");
    if (word === "array") {
      const array = read();
      expect(tokens.shift()).toBe(">");
      return { array };
    }
    const struct = new Map<string, HiveType>();
    do {
      const name = tokens.shift()!;
      expect(tokens.shift()).toBe(":");
      struct.set(name, read());
    } while (tokens.shift() === ",");
    return { struct };
  };
  return read();
}

/** Where a value has another form than its column. A JSON object may stand where a text is declared, at the top only. */
function misfits(type: HiveType, value: unknown, at: string): string[] {
  if (value === null) return [];
  if (type === "string") return typeof value === "object" && at.includes(".") ? [`${at} is no text`] : [];
  if ("array" in type)
    return Array.isArray(value) ? value.flatMap((item) => misfits(type.array, item, `${at}[]`)) : [`${at} is no list`];
  if (typeof value !== "object" || Array.isArray(value)) return [`${at} is no object`];
  return Object.entries(value).flatMap(([name, item]) => {
    const column = type.struct.get(name.toLowerCase());
    const place = at === "" ? name : `${at}.${name}`;
    return column === undefined ? [`${place} has no column`] : misfits(column, item, place);
  });
}
