import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expressionExamples, refusedExamples, unreadableExamples } from "./examples.fixture.js";
import {
  type EventRecord,
  eventRecord,
  LakeTable,
  nowMs,
  readable,
  realRecords,
  sessionOf,
  stores,
} from "./lake.fixture.js";
import { type QueryExample, queryExamples, typicalQueries } from "./query-examples.fixture.js";
import { QueryRefused, translateQuery } from "./translate.js";

const { trail, other, activity, insight, configuration, evidence, foreign } = stores;
let lake: LakeTable;

const signIn = (result: string, mfa: string, ip: string): EventRecord =>
  eventRecord({
    eventName: "ConsoleLogin",
    eventSource: "signin.amazonaws.com",
    eventType: "AwsConsoleSignIn",
    sourceIPAddress: ip,
    requestParameters: null,
    responseElements: { ConsoleLogin: result },
    additionalEventData: { MFAUsed: mfa, LoginTo: "https://console.example" },
    resources: undefined,
  });

beforeAll(async () => {
  lake = await LakeTable.open();
  await lake.put(trail, [
    eventRecord({ eventTime: "2026-08-01T09:00:00Z" }),
    eventRecord({ eventTime: "2026-08-01T09:10:00Z", eventName: "UpdateGroup", tlsDetails: { tlsVersion: "TLSv1.1" } }),
    eventRecord({
      eventTime: "2026-08-01T09:20:00Z",
      eventName: "GetTraceSummaries",
      readOnly: true,
      userIdentity: sessionOf("analyst"),
      resources: undefined,
    }),
    eventRecord({
      eventTime: "2026-08-01T09:30:00Z",
      eventName: "BatchGetTraces",
      readOnly: true,
      errorCode: "AccessDeniedException",
      userIdentity: sessionOf("intruder", "999900001111"),
      awsRegion: "ap-south-1",
      sourceIPAddress: "203.0.113.9",
      resources: [],
    }),
    ...[0, 20, 40, 60].map((second) =>
      eventRecord({
        eventTime: new Date(Date.parse("2026-08-01T10:00:00Z") + second * 1000).toISOString().replace(".000", ""),
        eventName: "PutTraceSegments",
        eventCategory: "Data",
        managementEvent: false,
        userIdentity: sessionOf("ingest"),
        requestParameters: { traceSegmentDocuments: [`trace_id:1-${second}`] },
        resources: [{ type: "AWS::XRay::Trace" }],
      }),
    ),
    eventRecord({
      eventTime: "2026-08-01T11:00:00Z",
      eventName: "DeleteTrail",
      eventSource: "cloudtrail.amazonaws.com",
      userIdentity: {
        type: "Root",
        principalId: "111122223333",
        arn: "arn:aws:iam::111122223333:root",
        accountId: "111122223333",
      },
      sessionCredentialFromConsole: "true",
    }),
    eventRecord({
      eventTime: "2026-08-01T11:10:00Z",
      eventName: "AssumeRole",
      eventSource: "sts.amazonaws.com",
      requestParameters: { roleArn: "arn:aws:iam::111122223333:role/deploy" },
    }),
    signIn("Success", "No", "192.0.2.77"),
    ...[1, 2, 3, 4].map(() => signIn("Failure", "No", "198.51.100.4")),
    eventRecord({
      eventTime: "2026-08-01T13:00:00Z",
      eventID: "3b7f1a52-2d3c-4a66-8d52-0f3f5b2a9c10",
      eventCategory: "NetworkActivity",
      errorCode: "VpceAccessDenied",
      vpcEndpointId: "vpce-1",
      readOnly: undefined,
      managementEvent: undefined,
      requestParameters: undefined,
    }),
  ]);
  await lake.put(other, [eventRecord(), eventRecord({ eventName: "PutTraceSegments" })]);
  await lake.put(foreign, [eventRecord({ eventName: "Secret" })]);
  await lake.put(activity, [
    {
      eventVersion: "1.0",
      eventCategory: "ActivityAuditLog",
      eventType: "ActivityLog",
      eventID: "a1",
      eventTime: "2026-08-01T08:00:00Z",
      awsRegion: "eu-west-1",
      recipientAccountId: "111122223333",
      metadata: {
        ingestionTime: "2026-08-01T08:00:01Z",
        channelARN: "arn:aws:cloudtrail:eu-west-1:111122223333:channel/c1",
      },
      eventData: {
        version: "1",
        userIdentity: { type: "User", principalId: "ann", details: { team: "web" } },
        eventName: "Deployed",
        eventSource: "ci.example",
        UID: "u1",
        errorMessage: "late",
      },
    },
  ]);
  await lake.put(insight, [
    {
      eventVersion: "1.09",
      eventTime: "2026-08-01T12:05:00Z",
      awsRegion: "eu-west-1",
      eventID: "i1",
      eventType: "AwsCloudTrailInsight",
      recipientAccountId: "111122223333",
      sharedEventID: "77c9",
      eventCategory: "Insight",
      insightDetails: {
        state: "Start",
        eventSource: "xray.amazonaws.com",
        eventName: "CreateGroup",
        insightType: "ApiCallRateInsight",
        insightContext: {
          statistics: {
            baseline: { average: 0.5 },
            insight: { average: 14.25 },
            insightDuration: 5,
            baselineDuration: 10080,
          },
          attributions: [
            {
              attribute: "userAgent",
              insight: [
                { value: "aws-cli", average: 14 },
                { value: "curl", average: 0.25 },
              ],
              baseline: [{ value: "aws-cli", average: 0.5 }],
            },
          ],
        },
      },
    },
  ]);
  await lake.put(configuration, [
    {
      eventVersion: "1.0",
      eventCategory: "ConfigurationItem",
      eventType: "AwsConfigurationItem",
      eventID: "ci1",
      eventTime: "2026-08-01T08:00:00Z",
      awsRegion: "eu-west-1",
      recipientAccountId: "111122223333",
      eventData: { resourceType: "AWS::S3::Bucket", resourceId: "b", tags: { team: "web" } },
    },
  ]);
  await lake.put(evidence, [
    {
      eventVersion: "1.0",
      eventCategory: "Evidence",
      eventType: "AwsAuditManagerEvidence",
      eventID: "e1",
      eventTime: "2026-08-01T08:00:00Z",
      awsRegion: "eu-west-1",
      recipientAccountId: "111122223333",
      eventData: { evidenceId: "ev-1", attributes: { a: "b" } },
    },
  ]);
});
afterAll(() => lake.close());

/** Puts the ids of stores where an example has names. */
function named(sql: string): string {
  return sql.replaceAll("$EDS", trail).replaceAll(/\$([A-Z]+)\b(?!\$)/g, (all, name: string) => {
    return stores[name.toLowerCase() as keyof typeof stores] ?? all;
  });
}

const translate = (sql: string, parameters?: readonly string[]) =>
  translateQuery(named(sql), readable, { nowMs, parameters });

const sorted = (rows: QueryExample["rows"]) =>
  [...rows].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));

describe.each([
  ["the typical queries", typicalQueries],
  ["queries", queryExamples],
])("%s", (_, examples) => {
  it.each(examples)("$name", async ({ sql, columns, rows, inOrder }) => {
    const translated = translate(sql);
    const found = await lake.run(translated.sql);

    expect(translated.columns).toEqual(columns);
    if (inOrder) expect(found).toEqual(rows);
    else expect(sorted(found)).toEqual(sorted(rows));
  });
});

describe("a query", () => {
  it("finds the raw record by its id, and its checksum", async () => {
    const id = "3b7f1a52-2d3c-4a66-8d52-0f3f5b2a9c10";
    const [row] = await lake.ask(`SELECT eventjson, eventjsonchecksum AS sum FROM ${trail} WHERE eventid = '${id}'`);

    expect(JSON.parse(row!["eventjson"]!)).toMatchObject({ eventID: id, vpcEndpointId: "vpce-1" });
    expect(row!["sum"]).toBe(createHash("sha256").update(row!["eventjson"]!).digest("base64"));
  });

  it("gives the count of a store as `_col0`, as text (fact 90)", async () => {
    expect(await lake.ask(`SELECT count(*) FROM ${other}`)).toEqual([{ _col0: "2" }]);
  });

  it("refuses what is not a SELECT (fact 89)", () => {
    expect(() => translate("DELETE FROM $EDS")).toThrow(QueryRefused);
  });

  it("reads nothing that is past retention", async () => {
    const late = { storeId: trail, kind: "CloudTrail", fromMs: Date.parse("2026-08-01T12:30:00Z") } as const;
    const { sql } = translateQuery(`SELECT count(*) FROM ${trail}`, () => late, { nowMs });

    expect(await lake.run(sql)).toEqual([["1"]]);
  });

  it("tells which stores it reads, each once, also those within", () => {
    const { storeIds } = translate(
      "SELECT 1 FROM $EDS a JOIN $EDS b ON a.eventid = b.eventid WHERE a.eventid IN (SELECT eventid FROM $OTHER)",
    );
    expect(storeIds).toEqual([trail, other]);
  });

  it("takes the id of a store in any case", async () => {
    expect(await lake.ask(`SELECT count(*) AS n FROM ${other.toUpperCase()}`)).toEqual([{ n: "2" }]);
  });
});

describe("what the engine reads", () => {
  const plan = async (sql: string): Promise<string> =>
    Buffer.from(
      await lake.session.queryBytes(`EXPLAIN PLAN indexes = 1, header = 1, actions = 1 ${translate(sql).sql}`, {}),
    ).toString();

  it.each([
    ["SELECT eventname, count(*) FROM $EDS GROUP BY 1", ["event_name"]],
    ["SELECT useridentity.arn, readonly FROM $EDS", ["identity_arn", "read_only"]],
    [
      "WITH a AS (SELECT * FROM $EDS), b AS (SELECT useridentity AS u FROM a) SELECT u.sessioncontext.sessionissuer.username, count(*) FROM b GROUP BY 1",
      ["issuer_user_name"],
    ],
    ["SELECT x.useridentity.type FROM (SELECT * FROM $EDS UNION ALL SELECT * FROM $OTHER) x", ["identity_type"]],
    ["SELECT r.type, count(*) FROM $EDS CROSS JOIN UNNEST(resources) AS t(r) GROUP BY 1", ["resource_types"]],
    ["SELECT element_at(requestparameters, 'a') FROM $EDS", ["record"]],
  ])("is only the columns that are used: %s", async (sql, columns) => {
    const headers = (await plan(sql)).split(/ReadFromMergeTree/).slice(1);
    expect(headers.length).toBeGreaterThan(0);
    for (const header of headers) {
      const read = [...header.split("Indexes:")[0]!.matchAll(/^[\s│├└─]*(?:Header: )?([a-z_]+) (?:[A-Z]\w+)/gm)];
      expect(new Set(read.map(([, name]) => name))).toEqual(new Set(columns));
    }
  });

  it("is a range of the primary key where event time has bounds, through a subquery, too", async () => {
    const text = await plan(
      "SELECT x.eventname FROM (SELECT * FROM $EDS) x WHERE x.eventtime BETWEEN '2026-08-01 10:00:00' AND '2026-08-01 11:00:00'",
    );
    const primary = text.slice(text.indexOf("PrimaryKey"));
    expect(primary).toContain("event_time in (-Inf, \\'1785582000\\']");
    expect(primary).toContain("event_time in [\\'1785578400\\', +Inf)");
  });

  it("comes in the order of the key where it is asked for by event time", async () => {
    expect(await plan("SELECT eventtime, eventname FROM $EDS ORDER BY eventtime DESC LIMIT 10")).toContain(
      "Read type: InReverseOrder",
    );
  });
});

describe("parameters", () => {
  it("stand for `?` and `'?'` in order, as values and never as SQL", async () => {
    const sql = `SELECT count(*) AS n FROM ${trail} WHERE eventtime >= '?' AND eventtime < '?' AND eventname <> ? AND hour(eventtime) > ?`;
    const values = ["2026-08-01 10:00:00", "2026-08-01T12:30:00Z", "x' OR 1=1 --", "10"];
    expect(await lake.ask(sql, values)).toEqual([{ n: "7" }]);
  });

  it("may name a unit", async () => {
    const sql = `SELECT date_trunc(?, eventtime) AS t FROM ${other} WHERE eventname = 'CreateGroup'`;
    expect(await lake.ask(sql, ["hour"])).toEqual([{ t: "2026-08-01 12:00:00.000" }]);
  });

  it("are refused where there are too few or too many", () => {
    expect(() => translate("SELECT ?, ? FROM $EDS", ["1"])).toThrow("there is no value for parameter 2");
    expect(() => translate("SELECT ? FROM $EDS", ["1", "2"])).toThrow("2 values for 1 parameter");
  });

  it("leave a quoted question mark alone where none are given", async () => {
    expect(await lake.ask(`SELECT '?' AS q FROM ${evidence}`)).toEqual([{ q: "?" }]);
  });
});

describe("expressions", () => {
  let example: LakeTable["ask"];
  beforeAll(() => {
    example = (sql) => lake.ask(`SELECT ${sql} AS shown FROM ${other} WHERE eventname = 'CreateGroup'`);
  });

  it.each(expressionExamples)("%s: %s", async (_, sql, shown) => {
    expect(await example(sql)).toEqual([{ shown }]);
  });
});

describe("what is refused", () => {
  it.each([...unreadableExamples, ...refusedExamples])("%s", (sql, told) => {
    const refusal = refusalOf(sql);
    expect(refusal).toBeInstanceOf(QueryRefused);
    expect(refusal?.message).toContain(told);
  });

  it("is a statement of more than 10,000 characters", () => {
    expect(() => translate(`SELECT 1 FROM $EDS -- ${"x".repeat(10_000)}`)).toThrow("10000 are allowed");
  });

  it("is what is nested too deep, whatever it is nested in", () => {
    const bombs = [
      `SELECT ${"(".repeat(4000)}1${")".repeat(4000)} FROM $EDS`,
      `SELECT ${"NOT ".repeat(2000)}true FROM $EDS`,
      `SELECT ${"-".repeat(1)}${" -".repeat(4000)}1 FROM $EDS`,
      `SELECT ${"ARRAY[".repeat(1500)}1${"]".repeat(1500)} FROM $EDS`,
      `SELECT 1 FROM ${"(SELECT * FROM ".repeat(500)}$EDS${")".repeat(500)}`,
      `SELECT CAST(1 AS ${"array(".repeat(1500)}bigint${")".repeat(1500)}) FROM $EDS`,
      `SELECT ${"CASE WHEN true THEN ".repeat(400)}1${" END".repeat(400)} FROM $EDS`,
      `SELECT ${"1 + ".repeat(2400)}1 FROM $EDS`,
      `SELECT 1 FROM $EDS${" UNION SELECT 1 FROM $EDS".repeat(150)}`,
      `SELECT eventname${"[1]".repeat(3000)} FROM $EDS`,
      `SELECT eventname${".a".repeat(4000)} FROM $EDS`,
    ];
    for (const bomb of bombs) expect(refusalOf(bomb), bomb.slice(0, 60)).toBeInstanceOf(QueryRefused);
  });

  it("is what grows beyond all bounds, by tables of WITH that use each other twice", () => {
    const tables = Array.from(
      { length: 30 },
      (_, n) => `t${n + 1} AS (SELECT a.x FROM t${n} a JOIN t${n} b ON a.x = b.x)`,
    );
    const bomb = `WITH t0 AS (SELECT eventid AS x FROM $EDS), ${tables.join(", ")} SELECT * FROM t30`;
    expect(() => translate(bomb)).toThrow("too complex");
  });
});

function refusalOf(sql: string): Error | undefined {
  try {
    translate(sql);
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

const real = realRecords();

describe.skipIf(real === undefined)("real records of AWS (only where ../shared/data is at hand)", () => {
  const storeId = "3b7f1a52-2d3c-4a66-8d52-0f3f5b2a9caa";
  const store = { storeId, kind: "CloudTrail", fromMs: 0 } as const;
  const records = (real ?? []) as readonly Record<string, never>[];
  beforeAll(() => lake.put(storeId, records));

  const ask = async (sql: string) => lake.run(translateQuery(sql.replace("$EDS", storeId), () => store, { nowMs }).sql);

  it("are counted by each field as they are in the files", async () => {
    const fields: readonly (readonly [string, (record: Record<string, never>) => unknown])[] = [
      ["eventname", (record) => record["eventName"]],
      ["errorcode", (record) => record["errorCode"]],
      ["readonly", (record) => record["readOnly"]],
      ["useridentity.type", (record) => record["userIdentity"]?.["type"]],
      [
        "useridentity.sessioncontext.attributes.mfaauthenticated",
        (record) => record["userIdentity"]?.["sessionContext"]?.["attributes"]?.["mfaAuthenticated"],
      ],
      [
        "useridentity.sessioncontext.sessionissuer.principalid",
        (record) => record["userIdentity"]?.["sessionContext"]?.["sessionIssuer"]?.["principalId"],
      ],
      ["tlsdetails.ciphersuite", (record) => record["tlsDetails"]?.["cipherSuite"]],
      ["cardinality(resources)", (record) => (record["resources"] as readonly unknown[] | undefined)?.length],
      ["requestparameters IS NULL", (record) => (record["requestParameters"] ?? null) === null],
      [
        "cardinality(map_keys(responseelements))",
        (record) => record["responseElements"] && Object.keys(record["responseElements"]).length,
      ],
    ];
    for (const [sql, of] of fields) {
      const counts = new Map<string | null, number>();
      for (const record of records) {
        const shown = of(record) === undefined || of(record) === null || of(record) === "" ? null : String(of(record));
        counts.set(shown, (counts.get(shown) ?? 0) + 1);
      }
      const found = await ask(`SELECT ${sql}, count(*) FROM $EDS GROUP BY 1`);
      expect(new Map(found.map(([shown, count]) => [shown, Number(count)])), sql).toEqual(counts);
    }
  });

  it("are all shown whole", async () => {
    const rows = await ask("SELECT * FROM $EDS");
    expect(rows).toHaveLength(records.length);
  });
});
