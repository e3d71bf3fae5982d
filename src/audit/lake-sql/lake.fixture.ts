import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { EmbeddedSession } from "../../storage/facts/embedded-session.js";
import { encodeLakeEvents, lakeColumns } from "../../storage/facts/encode-lake-event.js";
import { createLakeEvents } from "../../storage/facts/sql/create-lake-events.sql.js";
import { type ReadableStore, translateQuery } from "./translate.js";

export const stores = {
  trail: "3b7f1a52-2d3c-4a66-8d52-0f3f5b2a9c10",
  other: "3b7f1a52-2d3c-4a66-8d52-0f3f5b2a9c11",
  activity: "3b7f1a52-2d3c-4a66-8d52-0f3f5b2a9c12",
  insight: "3b7f1a52-2d3c-4a66-8d52-0f3f5b2a9c13",
  configuration: "3b7f1a52-2d3c-4a66-8d52-0f3f5b2a9c14",
  evidence: "3b7f1a52-2d3c-4a66-8d52-0f3f5b2a9c15",
  /** Of somebody else: it has events, but nobody here may read it. */
  foreign: "3b7f1a52-2d3c-4a66-8d52-0f3f5b2a9cff",
} as const;

export const nowMs = Date.parse("2026-08-02T00:00:00Z");

const kinds: Readonly<Record<string, ReadableStore["kind"]>> = {
  [stores.trail]: "CloudTrail",
  [stores.other]: "CloudTrail",
  [stores.activity]: "ActivityAuditLog",
  [stores.insight]: "Insight",
  [stores.configuration]: "ConfigurationItem",
  [stores.evidence]: "Evidence",
};

export type EventRecord = Readonly<Record<string, unknown>>;

/** What all tests may read: events from 2026-01-01 on. */
export function readable(storeId: string): ReadableStore | undefined {
  const kind = Object.hasOwn(kinds, storeId) ? kinds[storeId] : undefined;
  return kind && { storeId, kind, fromMs: Date.parse("2020-01-01T00:00:00Z") };
}

let made = 0;

/** A management event of the X-Ray API that a user made; state only what matters. */
export function eventRecord(fields: EventRecord = {}): EventRecord {
  const number = String(made++).padStart(12, "0");
  return {
    eventVersion: "1.11",
    userIdentity: {
      type: "IAMUser",
      principalId: "AIDAEXAMPLE0000000001",
      arn: "arn:aws:iam::111122223333:user/reader",
      accountId: "111122223333",
      accessKeyId: "AKIAEXAMPLE000000001",
      userName: "reader",
    },
    eventTime: "2026-08-01T12:00:07Z",
    eventSource: "xray.amazonaws.com",
    eventName: "CreateGroup",
    awsRegion: "eu-west-1",
    sourceIPAddress: "192.0.2.10",
    userAgent: "aws-cli/2.31.0",
    requestParameters: { groupName: "checkout", size: 3, limits: { a: [1, 2] } },
    responseElements: null,
    requestID: `0b5a3f0e-6a57-4d6f-9d0e-${number}`,
    eventID: `7b5a3f0e-6a57-4d6f-9d0e-${number}`,
    readOnly: false,
    resources: [
      {
        ARN: "arn:aws:xray:eu-west-1:111122223333:group/checkout/ABC123",
        accountId: "111122223333",
        type: "AWS::XRay::Group",
      },
      { type: "AWS::S3::Bucket" },
    ],
    eventType: "AwsApiCall",
    managementEvent: true,
    recipientAccountId: "111122223333",
    eventCategory: "Management",
    tlsDetails: { tlsVersion: "TLSv1.3", cipherSuite: "TLS_AES_128_GCM_SHA256" },
    ...fields,
  };
}

/** A role session of `role`. */
export function sessionOf(role: string, account = "111122223333"): EventRecord {
  return {
    type: "AssumedRole",
    principalId: `AROA:${role}-7`,
    arn: `arn:aws:sts::${account}:assumed-role/${role}/${role}-7`,
    accountId: account,
    sessionContext: {
      sessionIssuer: { type: "Role", userName: role, arn: `arn:aws:iam::${account}:role/${role}` },
      attributes: { creationDate: "2026-08-01T11:58:03Z", mfaAuthenticated: "false" },
    },
  };
}

export type Shown = readonly Readonly<Record<string, string | null>>[];

/** The engine in this process with the table of events alone, and in it what a test puts there. */
export class LakeTable {
  readonly #folder = mkdtempSync(path.join(tmpdir(), "lake-sql-"));
  readonly session = new EmbeddedSession(this.#folder);

  static async open(): Promise<LakeTable> {
    const table = new LakeTable();
    await table.session.command(createLakeEvents, {});
    return table;
  }

  async put(storeId: string, records: readonly EventRecord[]): Promise<void> {
    const events = records.map((record) => ({
      storeId,
      eventTimeMs: Date.parse(String(record["eventTime"])),
      eventId: String(record["eventID"]),
      record: JSON.stringify(record),
    }));
    await this.session.insert("lake_events", lakeColumns, encodeLakeEvents(events, nowMs));
  }

  /** Rows as GetQueryResults shows them; columns of the same name stand once. */
  async ask(statement: string, parameters?: readonly string[]): Promise<Shown> {
    const { sql, columns } = translateQuery(statement, readable, { nowMs, parameters });
    const rows = await this.run(sql);
    return rows.map((cells) => Object.fromEntries(columns.map((name, index) => [name, cells[index]!])));
  }

  async run(sql: string): Promise<(string | null)[][]> {
    const rows = await this.session.query<Record<string, string | null>>(sql, {});
    return rows.map((row) => Object.values(row));
  }

  async close(): Promise<void> {
    await this.session.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

const realFolder = path.resolve(import.meta.dirname, "../../../../shared/data/cloudtrail-invictus");

/** Real records of AWS, or undefined where the data is not at hand. */
export function realRecords(): readonly EventRecord[] | undefined {
  try {
    const files = readdirSync(realFolder).filter((name) => name.endsWith(".json.gz"));
    return files.flatMap(
      (name) => JSON.parse(gunzipSync(readFileSync(path.join(realFolder, name))).toString()).Records,
    );
  } catch {
    return undefined;
  }
}
