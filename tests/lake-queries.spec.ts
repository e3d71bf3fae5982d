import { execFile } from "node:child_process";
import { createHash, createPublicKey, randomUUID, verify } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzipSync } from "node:zlib";
import {
  CancelQueryCommand,
  CloudTrailClient,
  DeleteEventDataStoreCommand,
  DescribeQueryCommand,
  GenerateQueryCommand,
  GetQueryResultsCommand,
  ListPublicKeysCommand,
  ListQueriesCommand,
  PutResourcePolicyCommand,
  SearchSampleQueriesCommand,
  StartQueryCommand,
  StopEventDataStoreIngestionCommand,
} from "@aws-sdk/client-cloudtrail";
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient, PutUserPolicyCommand } from "@aws-sdk/client-iam";
import { CreateBucketCommand, ListObjectsV2Command, PutBucketPolicyCommand, S3Client } from "@aws-sdk/client-s3";
import { PutTraceSegmentsCommand, XRayClient } from "@aws-sdk/client-xray";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sampleQueries } from "../src/audit/lake/sample-queries.js";
import { makeEventDataStore, queryEnd, rowsOf } from "./lake-statements.js";
import { eventually, type RunningDosimeter, startDosimeter, type TestCredentials } from "./start-dosimeter.js";
import { objectOf } from "./trail-destinations.js";

/** Version 2 has the command; version 1 has not. */
const cliVerifies = await promisify(execFile)("aws", ["--version"]).then(
  ({ stdout }) => Number(/aws-cli\/(\d+)\./.exec(stdout)?.[1]) >= 2,
  () => false,
);

const segment = JSON.stringify({
  trace_id: `1-${Math.floor(Date.now() / 1000).toString(16)}-0123456789abcdef01234567`,
  id: "0123456789abcdef",
  name: "shop",
  start_time: Date.now() / 1000 - 1,
  end_time: Date.now() / 1000,
});

describe("queries over event data stores", () => {
  let service: RunningDosimeter;
  let trails: CloudTrailClient;
  let storeId: string;
  let storeArn: string;
  beforeAll(async () => {
    service = await startDosimeter();
    trails = service.client(CloudTrailClient);
    ({ storeId, arn: storeArn } = await makeEventDataStore(service, "all-events"));
    for (let call = 0; call < 5; call++)
      await service.client(XRayClient).send(new PutTraceSegmentsCommand({ TraceSegmentDocuments: [segment] }));
    await eventually(async () => (await putsIn(storeId)) === 5, "five calls in the store");
  });
  afterAll(() => service.stop());

  const putsIn = async (id: string) => {
    const [row] = await rowsOf(service, `SELECT count(*) AS n FROM ${id} WHERE eventname = 'PutTraceSegments'`);
    return Number(row?.["n"]);
  };
  const start = (QueryStatement: string, more: object = {}) =>
    trails.send(new StartQueryCommand({ QueryStatement, ...more }));

  async function userWith(name: string, ...statements: object[]): Promise<TestCredentials> {
    const iam = service.client(IAMClient);
    await iam.send(new CreateUserCommand({ UserName: name }));
    if (statements.length > 0)
      await iam.send(
        new PutUserPolicyCommand({
          UserName: name,
          PolicyName: "some",
          PolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: statements }),
        }),
      );
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: name }));
    return { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! };
  }

  describe("StartQuery", () => {
    it("fact 89: refuses what is not a SELECT", async () => {
      for (const statement of [`DELETE FROM ${storeId}`, `DROP TABLE ${storeId}`, "SELEC 1", "SELECT 1; SELECT 2"])
        await expect(start(statement)).rejects.toMatchObject({ name: "InvalidQueryStatementException" });
    });

    it("names what is wrong with its parameters", async () => {
      const refused = (input: object) => expect(trails.send(new StartQueryCommand(input))).rejects;
      await refused({}).toMatchObject({ name: "InvalidParameterException" });
      await refused({ QueryStatement: "SELECT 1", QueryAlias: "both" }).toMatchObject({
        name: "InvalidParameterException",
      });
      await refused({ QueryAlias: "unknown" }).toMatchObject({ name: "InvalidParameterException" });
      await refused({ QueryStatement: "x".repeat(10_001) }).toMatchObject({ name: "ValidationException" });
      await refused({ QueryStatement: "SELECT 1", DeliveryS3Uri: "https://bucket" }).toMatchObject({
        name: "ValidationException",
      });
      await refused({ QueryStatement: `SELECT 1 FROM ${randomUUID()}` }).toMatchObject({
        name: "EventDataStoreNotFoundException",
      });
    });

    it("binds parameters as texts, whatever they hold", async () => {
      const QueryStatement = `SELECT count(*) AS n FROM ${storeId} WHERE eventname = ? AND eventtime > '?'`;
      const since = new Date(Date.now() - 3_600_000).toISOString().slice(0, 19).replace("T", " ");
      expect(await rowsOf(service, { QueryStatement, QueryParameters: ["PutTraceSegments", since] })).toEqual([
        { n: "5" },
      ]);
      expect(await rowsOf(service, { QueryStatement, QueryParameters: ["' OR 1=1 --", since] })).toEqual([{ n: "0" }]);
    });

    it("asks for access to every store that the statement reads, by its tree", async () => {
      const other = await makeEventDataStore(service, "other-events");
      const only = await userWith("one-store", { Effect: "Allow", Action: "cloudtrail:*Quer*", Resource: storeArn });
      const mine = service.client(CloudTrailClient, only);
      const both = `SELECT count(*) FROM ${storeId} WHERE eventid IN (SELECT eventid FROM ${other.storeId})`;
      await expect(mine.send(new StartQueryCommand({ QueryStatement: both }))).rejects.toMatchObject({
        name: "AccessDeniedException",
        message: expect.stringContaining(`cloudtrail:StartQuery on resource: ${other.arn}`),
      });
      // A name in a comment or a text is not read.
      const one = `SELECT '${other.storeId}' AS t FROM ${storeId} -- ${other.storeId}\nLIMIT 1`;
      const { QueryId } = await mine.send(new StartQueryCommand({ QueryStatement: one }));
      expect(await queryEnd(service, { QueryId })).toMatchObject({ QueryStatus: "FINISHED" });
      await trails.send(
        new PutResourcePolicyCommand({
          ResourceArn: other.arn,
          ResourcePolicy: JSON.stringify({
            Version: "2012-10-17",
            Statement: [
              {
                Effect: "Allow",
                Principal: { AWS: `arn:aws:iam::${service.accountId}:user/one-store` },
                Action: "cloudtrail:StartQuery",
                Resource: other.arn,
              },
            ],
          }),
        }),
      );
      await eventually(
        () =>
          mine.send(new StartQueryCommand({ QueryStatement: both })).then(
            () => true,
            () => false,
          ),
        "the policy of the store to be seen",
      );
    });

    it("is recorded with its statement", async () => {
      const text = `SELECT count(*) FROM ${storeId} WHERE eventname = 'a very particular name'`;
      const { QueryId } = await start(text);
      const record = await eventually(async () => {
        const sql = `SELECT eventjson FROM ${storeId} WHERE eventname = 'StartQuery' AND element_at(responseelements, 'queryId') = '${QueryId}'`;
        return (await rowsOf(service, sql))[0]?.["eventjson"];
      }, "the record of the query");
      expect(JSON.parse(record)).toMatchObject({ readOnly: true, requestParameters: { queryStatement: text } });
    });

    it("refuses a store that waits for its end", async () => {
      const gone = await makeEventDataStore(service, "gone-events");
      await trails.send(new DeleteEventDataStoreCommand({ EventDataStore: gone.arn }));
      await expect(start(`SELECT 1 FROM ${gone.storeId}`)).rejects.toMatchObject({
        name: "InactiveEventDataStoreException",
      });
    });
  });

  describe("GetQueryResults", () => {
    it("fact 90: gives a list of one-entry maps, in texts, unnamed columns by position", async () => {
      const { QueryId } = await start(`SELECT count(*) FROM ${storeId} WHERE eventname = 'PutTraceSegments'`);
      await queryEnd(service, { QueryId });
      const results = await trails.send(new GetQueryResultsCommand({ QueryId }));
      expect(results.QueryStatus).toBe("FINISHED");
      expect(results.QueryResultRows).toEqual([[{ _col0: "5" }]]);
      expect(results.QueryStatistics).toMatchObject({ ResultsCount: 1, TotalResultsCount: 1 });
      expect(results.QueryStatistics!.BytesScanned).toBeGreaterThan(0);
      expect(results.NextToken).toBeUndefined();
    });

    it("names nested columns by their last part, and writes times as AWS does", async () => {
      const [row] = await rowsOf(service, `SELECT eventtime, useridentity.type, errorcode FROM ${storeId} LIMIT 1`);
      expect(row).toMatchObject({ type: "Root", errorcode: "null" });
      expect(row!["eventtime"]).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}$/);
    });

    it("pages by a token that goes with its query alone", async () => {
      const { QueryId } = await start(`SELECT eventid FROM ${storeId} WHERE eventname = 'PutTraceSegments'`);
      await queryEnd(service, { QueryId });
      const seen: string[] = [];
      let NextToken: string | undefined;
      let pages = 0;
      do {
        const page = await trails.send(new GetQueryResultsCommand({ QueryId, MaxQueryResults: 2, NextToken }));
        seen.push(...page.QueryResultRows!.map(([cell]) => cell!["eventid"]!));
        NextToken = page.NextToken;
        pages++;
        if (pages === 1)
          await expect(
            start(`SELECT 1 FROM ${storeId} LIMIT 1`).then(({ QueryId: other }) =>
              trails.send(new GetQueryResultsCommand({ QueryId: other, NextToken })),
            ),
          ).rejects.toMatchObject({ name: "InvalidNextTokenException" });
      } while (NextToken !== undefined);
      expect(pages).toBe(3);
      expect(new Set(seen).size).toBe(5);
      await expect(trails.send(new GetQueryResultsCommand({ QueryId, MaxQueryResults: 1001 }))).rejects.toMatchObject({
        name: "InvalidMaxResultsException",
      });
    });

    it("has no rows while a query waits, and says what went wrong with one that failed", async () => {
      const { QueryId } = await start(`SELECT 1 / (count(*) - count(*)) FROM ${storeId}`);
      const query = await queryEnd(service, { QueryId });
      expect(query.QueryStatus).toBe("FAILED");
      const results = await trails.send(new GetQueryResultsCommand({ QueryId }));
      expect(results).toMatchObject({ QueryStatus: "FAILED", QueryResultRows: [], ErrorMessage: query.ErrorMessage });
      expect(results.ErrorMessage).toMatch(/DIVISION/i);
    });

    it("refuses who may not read the store, also with a known id", async () => {
      const { QueryId } = await start(`SELECT eventid FROM ${storeId}`);
      await queryEnd(service, { QueryId });
      const nobody = service.client(CloudTrailClient, await userWith("nobody"));
      for (const command of [new GetQueryResultsCommand({ QueryId }), new DescribeQueryCommand({ QueryId })])
        await expect(nobody.send(command as GetQueryResultsCommand)).rejects.toMatchObject({
          name: "AccessDeniedException",
        });
    });
  });

  describe("DescribeQuery", () => {
    it("tells statement, state and statistics", async () => {
      const text = `SELECT eventname FROM ${storeId}`;
      const { QueryId } = await start(text);
      const query = await queryEnd(service, { QueryId });
      expect(query).toMatchObject({ QueryId, QueryString: text, QueryStatus: "FINISHED" });
      const { EventsScanned, BytesScanned, ExecutionTimeInMillis, CreationTime } = query.QueryStatistics!;
      expect(EventsScanned).toBeGreaterThanOrEqual(5);
      expect(BytesScanned).toBeGreaterThan(EventsScanned! * 100);
      expect(ExecutionTimeInMillis).toBeGreaterThanOrEqual(0);
      expect(CreationTime).toBeInstanceOf(Date);
    });

    it("wants an id or an alias, and knows no others'", async () => {
      const refused = (input: object) => expect(trails.send(new DescribeQueryCommand(input))).rejects;
      await refused({}).toMatchObject({ name: "InvalidParameterException" });
      await refused({ QueryId: randomUUID() }).toMatchObject({ name: "QueryIdNotFoundException" });
      await refused({ QueryAlias: "never-run" }).toMatchObject({ name: "QueryIdNotFoundException" });
    });
  });

  it("fact 91: CancelQuery knows what has ended, and what never was", async () => {
    const { QueryId } = await start(`SELECT count(*) FROM ${storeId}`);
    await queryEnd(service, { QueryId });
    await expect(trails.send(new CancelQueryCommand({ QueryId }))).rejects.toMatchObject({
      name: "InactiveQueryException",
    });
    await expect(trails.send(new CancelQueryCommand({ QueryId: randomUUID() }))).rejects.toMatchObject({
      name: "QueryIdNotFoundException",
    });
  });

  it("fact 92: the eleventh query at once is refused; cancelled ones make room, and others go on meanwhile", async () => {
    // Ten joins of the store with itself, several times over: none ends by itself.
    const pairs = Array.from({ length: 12 }, (_, index) => `${storeId} AS t${index}`).join(" CROSS JOIN ");
    const endless = `SELECT count(*) FROM ${pairs} WHERE t0.eventid <> t11.eventid`;
    const started = [];
    for (let count = 0; count < 10; count++) started.push((await start(endless)).QueryId!);
    await expect(start(`SELECT 1 FROM ${storeId}`)).rejects.toMatchObject({ name: "MaxConcurrentQueriesException" });
    await expect(start(endless)).rejects.toMatchObject({ name: "MaxConcurrentQueriesException" });
    await eventually(
      async () =>
        (await trails.send(new ListQueriesCommand({ EventDataStore: storeId, QueryStatus: "RUNNING" }))).Queries!
          .length > 0,
      "a query that runs",
    );
    const waiting = await trails.send(new ListQueriesCommand({ EventDataStore: storeArn, QueryStatus: "QUEUED" }));
    expect(waiting.Queries!.length).toBeGreaterThan(0);
    const results = await trails.send(new GetQueryResultsCommand({ QueryId: started[9] }));
    expect(results).toMatchObject({ QueryStatus: "QUEUED", QueryResultRows: [] });
    for (const QueryId of started) {
      const cancelled = await trails.send(new CancelQueryCommand({ QueryId }));
      expect(cancelled).toMatchObject({ QueryId, QueryStatus: "CANCELLED" });
    }
    expect(await putsIn(storeId)).toBe(5);
    expect(await queryEnd(service, { QueryId: started[0] })).toMatchObject({ QueryStatus: "CANCELLED" });
  });

  it("fact 87: a store that was stopped still answers with what it has", async () => {
    const { storeId: id, arn } = await makeEventDataStore(service, "stopped-events");
    const put = () =>
      service.client(XRayClient).send(new PutTraceSegmentsCommand({ TraceSegmentDocuments: [segment] }));
    await put();
    await eventually(async () => (await putsIn(id)) === 1, "the call in the store");
    await trails.send(new StopEventDataStoreIngestionCommand({ EventDataStore: arn }));
    await put();
    // The other store follows the same record: what it has, this one would have.
    await eventually(async () => (await putsIn(storeId)) >= 7, "the call in the other store");
    expect(await putsIn(id)).toBe(1);
  });

  describe("ListQueries", () => {
    it("lists the queries of one store, newest first, page by page, by state and time", async () => {
      const { storeId: id } = await makeEventDataStore(service, "listed-events");
      const ids: string[] = [];
      for (let count = 0; count < 3; count++) {
        const { QueryId } = await start(`SELECT count(*) FROM ${id}`);
        await queryEnd(service, { QueryId });
        ids.push(QueryId!);
      }
      const first = await trails.send(new ListQueriesCommand({ EventDataStore: id, MaxResults: 2 }));
      const second = await trails.send(
        new ListQueriesCommand({ EventDataStore: id, MaxResults: 2, NextToken: first.NextToken }),
      );
      expect([...first.Queries!, ...second.Queries!].map(({ QueryId }) => QueryId)).toEqual(ids.reverse());
      expect(second.NextToken).toBeUndefined();
      const none = await trails.send(new ListQueriesCommand({ EventDataStore: id, QueryStatus: "FAILED" }));
      expect(none.Queries).toEqual([]);
      const later = new Date(Date.now() + 60_000);
      const after = await trails.send(new ListQueriesCommand({ EventDataStore: id, StartTime: later }));
      expect(after.Queries).toEqual([]);
    });

    it("names what is wrong", async () => {
      const refused = (input: object) =>
        expect(trails.send(new ListQueriesCommand({ EventDataStore: storeId, ...input }))).rejects;
      await refused({ MaxResults: 0 }).toMatchObject({ name: "InvalidMaxResultsException" });
      await refused({ NextToken: "nonsense" }).toMatchObject({ name: "InvalidNextTokenException" });
      await refused({ QueryStatus: "DREAMING" }).toMatchObject({ name: "InvalidQueryStatusException" });
      await refused({ StartTime: new Date(2000), EndTime: new Date(1000) }).toMatchObject({
        name: "InvalidDateRangeException",
      });
      await refused({ EventDataStore: randomUUID() }).toMatchObject({ name: "EventDataStoreNotFoundException" });
    });
  });

  describe("delivery of results", () => {
    async function bucketForResults(bucket: string) {
      const s3 = service.client(S3Client);
      await s3.send(new CreateBucketCommand({ Bucket: bucket }));
      const condition = {
        StringLike: {
          "aws:SourceAccount": service.accountId,
          "aws:SourceArn": `arn:aws:cloudtrail:${service.region}:${service.accountId}:eventdatastore/*`,
        },
      };
      const Principal = { Service: "cloudtrail.amazonaws.com" };
      const allow = (Action: string | string[], Resource: string | string[]) => ({
        Effect: "Allow",
        Principal,
        Action,
        Resource,
        Condition: condition,
      });
      const Policy = JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          allow(["s3:PutObject*", "s3:Abort*"], [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`]),
          allow("s3:GetBucketAcl", `arn:aws:s3:::${bucket}`),
        ],
      });
      await s3.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy }));
    }

    const delivered = (QueryId: string | undefined) =>
      eventually(async () => {
        const query = await trails.send(new DescribeQueryCommand({ QueryId }));
        return query.DeliveryStatus !== "PENDING" && query;
      }, "the delivery of a result");

    it("fact 93: puts files and a signature that verifies into the bucket", async () => {
      await bucketForResults("query-results");
      const { QueryId } = await start(
        `SELECT eventname, errorcode, 'a "quoted", text' AS t FROM ${storeId} WHERE eventname = 'PutTraceSegments' LIMIT 3`,
        { DeliveryS3Uri: "s3://query-results/some/prefix/" },
      );
      expect(await delivered(QueryId)).toMatchObject({
        QueryStatus: "FINISHED",
        DeliveryS3Uri: "s3://query-results/some/prefix/",
        DeliveryStatus: "SUCCESS",
      });
      const { Contents = [] } = await service
        .client(S3Client)
        .send(new ListObjectsV2Command({ Bucket: "query-results" }));
      const day = new Date().toISOString().slice(0, 10).replaceAll("-", "/");
      const folder = `some/prefix/AWSLogs/${service.accountId}/CloudTrail-Lake/Query/${day}/${QueryId}/`;
      expect(Contents.map(({ Key }) => Key)).toEqual([`${folder}result_1.csv.gz`, `${folder}result_sign.json`]);

      const { bytes } = await objectOf(service, "query-results", `${folder}result_1.csv.gz`);
      const row = '"PutTraceSegments",,"a ""quoted"", text"\r\n';
      expect(gunzipSync(bytes).toString()).toBe(`"eventname","errorcode","t"\r\n${row.repeat(3)}`);

      const sign = JSON.parse((await objectOf(service, "query-results", `${folder}result_sign.json`)).bytes.toString());
      expect(sign).toMatchObject({
        version: "1.0",
        region: service.region,
        files: [{ fileHashValue: createHash("sha256").update(bytes).digest("hex"), fileName: "result_1.csv.gz" }],
        hashAlgorithm: "SHA-256",
        signatureAlgorithm: "SHA256withRSA",
      });
      // As the command line does it: the key by the time and the fingerprint, the hashes joined by a space.
      const completed = new Date(sign.queryCompleteTime);
      const { PublicKeyList = [] } = await trails.send(
        new ListPublicKeysCommand({ StartTime: completed, EndTime: new Date(completed.getTime() + 20 * 86_400_000) }),
      );
      const key = PublicKeyList.find(({ Fingerprint }) => Fingerprint === sign.publicKeyFingerprint);
      const publicKey = createPublicKey({ key: Buffer.from(key!.Value!), format: "der", type: "pkcs1" });
      const signed = (text: string) =>
        verify("sha256", Buffer.from(text), publicKey, Buffer.from(sign.hashSignature, "hex"));
      expect(signed(sign.files[0].fileHashValue)).toBe(true);
      expect(signed(`${sign.files[0].fileHashValue} `)).toBe(false);
    });

    it.skipIf(!cliVerifies)(
      cliVerifies ? "verifies with the AWS CLI" : "verifies with the AWS CLI (no version 2 of it here)",
      async () => {
        await bucketForResults("cli-results");
        const { QueryId } = await start(`SELECT eventname FROM ${storeId} LIMIT 3`, {
          DeliveryS3Uri: "s3://cli-results",
        });
        await delivered(QueryId);
        const { Contents = [] } = await service
          .client(S3Client)
          .send(new ListObjectsV2Command({ Bucket: "cli-results" }));
        const prefix = Contents[0]!.Key!.replace(/[^/]+$/, "");
        const args = ["cloudtrail", "verify-query-results", "--s3-bucket", "cli-results", "--s3-prefix", prefix];
        const { stdout } = await promisify(execFile)("aws", args, { env: service.cliEnvironment() });
        expect(stdout).toContain("Successfully validated sign and query result files");
      },
    );

    it("refuses a bucket that is not there, or does not let the service in", async () => {
      await service.client(S3Client).send(new CreateBucketCommand({ Bucket: "closed-bucket" }));
      const text = `SELECT 1 FROM ${storeId} LIMIT 1`;
      await expect(start(text, { DeliveryS3Uri: "s3://no-such-bucket-here" })).rejects.toMatchObject({
        name: "S3BucketDoesNotExistException",
      });
      await expect(start(text, { DeliveryS3Uri: "s3://closed-bucket" })).rejects.toMatchObject({
        name: "InsufficientS3BucketPolicyException",
      });
    });

    it("says that a bucket takes no files, and keeps the result", async () => {
      const s3 = service.client(S3Client);
      await s3.send(new CreateBucketCommand({ Bucket: "acl-only" }));
      const statement = {
        Effect: "Allow",
        Principal: { Service: "cloudtrail.amazonaws.com" },
        Action: "s3:GetBucketAcl",
        Resource: "arn:aws:s3:::acl-only",
      };
      const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
      await s3.send(new PutBucketPolicyCommand({ Bucket: "acl-only", Policy }));
      const { QueryId } = await start(`SELECT 1 FROM ${storeId} LIMIT 1`, { DeliveryS3Uri: "s3://acl-only" });
      expect(await delivered(QueryId)).toMatchObject({ QueryStatus: "FINISHED", DeliveryStatus: "ACCESS_DENIED" });
    });
  });

  describe("SearchSampleQueries", () => {
    const search = (SearchPhrase: string, more: object = {}) =>
      trails.send(new SearchSampleQueriesCommand({ SearchPhrase, ...more }));

    it.each(sampleQueries.map((sample) => [sample.name, sample.sql]))(
      "has a query that runs: %s",
      async (_name, sql) => {
        await rowsOf(service, sql.replaceAll("$EDS_ID", storeId));
      },
    );

    it("finds by words, most relevant first, and the same each time", async () => {
      const { SearchResults = [] } = await search("console login without MFA");
      expect(SearchResults[0]).toMatchObject({
        Name: "Console sign-in without MFA",
        SQL: expect.stringContaining("$EDS_ID"),
      });
      const relevances = SearchResults.map(({ Relevance }) => Relevance!);
      expect(relevances).toEqual([...relevances].sort((a, b) => b - a));
      expect(relevances.every((relevance) => relevance > 0 && relevance <= 1)).toBe(true);
      expect((await search("console login without MFA")).SearchResults).toEqual(SearchResults);
      expect((await search("x-ray sampling changed")).SearchResults![0]!.Name).toBe("X-Ray: who changed sampling");
      expect((await search("zzyzx")).SearchResults).toEqual([]);
    });

    it("pages, and names what is wrong", async () => {
      const first = await search("calls", { MaxResults: 3 });
      const second = await search("calls", { MaxResults: 3, NextToken: first.NextToken });
      expect(first.SearchResults).toHaveLength(3);
      expect(second.SearchResults!.map(({ Name }) => Name)).not.toContain(first.SearchResults![0]!.Name);
      await expect(search("x")).rejects.toMatchObject({ name: "ValidationException" });
      await expect(search("calls", { MaxResults: 51 })).rejects.toMatchObject({ name: "ValidationException" });
    });
  });

  describe("GenerateQuery", () => {
    const generate = (Prompt: string) => trails.send(new GenerateQueryCommand({ EventDataStores: [storeArn], Prompt }));

    it("makes a statement of the prompt's parts, which runs by its alias and shows its prompt", async () => {
      const prompt = "How often was PutTraceSegments called per day in the last 7 days?";
      const { QueryStatement, QueryAlias } = await generate(prompt);
      expect(QueryStatement).toContain(storeId);
      expect(QueryAlias).toMatch(/^AWSCloudTrail-[0-9a-f-]{36}$/);
      const rows = await rowsOf(service, { QueryAlias });
      expect(rows).toHaveLength(1);
      expect(Number(rows[0]!["events"])).toBeGreaterThanOrEqual(5);
      const query = await queryEnd(service, { QueryAlias: QueryAlias! });
      expect(query).toMatchObject({ Prompt: prompt, QueryString: QueryStatement });
    });

    it.each([
      "Who deleted a bucket in the last 7 days?",
      "top 5 users of xray today",
      "List access denied events by user alice since 2026-01-02",
      "Show all changes from 127.0.0.1 yesterday",
      "what are the most frequent error codes per hour",
      "console logins without MFA",
      "events about arn:aws:s3:::some-bucket this week",
    ])("makes a statement that runs of: %s", async (prompt) => {
      const { QueryAlias } = await generate(prompt);
      await rowsOf(service, { QueryAlias });
    });

    it("refuses what it does not cover whole, and says what it understood", async () => {
      await expect(generate("errors today, and how do you feel?")).rejects.toMatchObject({
        name: "GenerateResponseException",
        message: expect.stringMatching(/Understood: today, errors\. Not understood: how, feel/),
      });
    });
  });
});

describe("queries of a process that ends", () => {
  it("fail with an honest word after a crash, and results are still there", async () => {
    const dataFolder = await mkdtemp(join(tmpdir(), "dosimeter-queries-"));
    let service = await startDosimeter({ dataFolder });
    try {
      const { storeId } = await makeEventDataStore(service, "all-events");
      await eventually(async () => (await rowsOf(service, `SELECT eventid FROM ${storeId}`)).length > 0, "an event");
      const start = async (QueryStatement: string) =>
        (await service.client(CloudTrailClient).send(new StartQueryCommand({ QueryStatement }))).QueryId;
      const finished = await start(`SELECT eventname FROM ${storeId} LIMIT 1`);
      await queryEnd(service, { QueryId: finished });
      const pairs = Array.from({ length: 14 }, (_, index) => `${storeId} AS t${index}`).join(" CROSS JOIN ");
      const running = await start(`SELECT count(*) FROM ${pairs}`);
      await eventually(async () => {
        const query = await service.client(CloudTrailClient).send(new DescribeQueryCommand({ QueryId: running }));
        return query.QueryStatus === "RUNNING";
      }, "a query that runs");
      await service.stop("SIGKILL");
      service = await startDosimeter({ dataFolder });
      expect(await queryEnd(service, { QueryId: running })).toMatchObject({
        QueryStatus: "FAILED",
        ErrorMessage: expect.stringContaining("process that ran the query ended"),
      });
      const results = await service.client(CloudTrailClient).send(new GetQueryResultsCommand({ QueryId: finished }));
      expect(results.QueryResultRows).toHaveLength(1);
    } finally {
      await service.stop();
      await rm(dataFolder, { recursive: true, force: true });
    }
  });

  it("end in time when they take longer than the service allows", async () => {
    const service = await startDosimeter({ env: { DOSIMETER_LAKE_QUERY_SECONDS_MAX: "1" } });
    try {
      const { storeId } = await makeEventDataStore(service, "all-events");
      await eventually(async () => (await rowsOf(service, `SELECT eventid FROM ${storeId}`)).length > 0, "an event");
      const pairs = Array.from({ length: 40 }, (_, index) => `${storeId} AS t${index}`).join(" CROSS JOIN ");
      const QueryStatement = `SELECT count(*) FROM ${pairs}`;
      const { QueryId } = await service.client(CloudTrailClient).send(new StartQueryCommand({ QueryStatement }));
      expect(await queryEnd(service, { QueryId })).toMatchObject({ QueryStatus: "TIMED_OUT" });
    } finally {
      await service.stop();
    }
  });
});
