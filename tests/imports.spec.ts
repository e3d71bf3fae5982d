import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { gunzipSync, gzipSync } from "node:zlib";
import {
  CloudTrailClient,
  GetImportCommand,
  ListImportFailuresCommand,
  ListImportsCommand,
  LookupEventsCommand,
  StartImportCommand,
  type StartImportCommandInput,
  StopImportCommand,
} from "@aws-sdk/client-cloudtrail";
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient, PutUserPolicyCommand } from "@aws-sdk/client-iam";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  ask,
  attackFiles,
  attackIsHere,
  commandsOf,
  countOf,
  endOfImport,
  importLogs,
  letRead,
  logEvent,
  logFile,
  logKey,
  makeLogBucket,
  makeStore,
  putLog,
} from "./log-bucket.js";
import { eventually, type RunningDosimeter, startDosimeter } from "./start-dosimeter.js";

const run = promisify(execFile);
const cli = await run("aws", ["--version"]).then(
  () => true,
  () => false,
);

let service: RunningDosimeter;
let lake: CloudTrailClient;
beforeAll(async () => {
  service = await startDosimeter();
  lake = service.client(CloudTrailClient);
});
afterAll(() => service.stop());

const root = "AWSLogs/111122223333";
const fileName = (time: string, number = 0) =>
  `111122223333_CloudTrail_eu-west-1_${time}_${String(number).padStart(16, "0")}.json.gz`;
const refusal = (input: StartImportCommandInput, client = lake) =>
  client.send(new StartImportCommand(input)).then(
    () => "nothing",
    (reason: Error) => reason.name,
  );

/** Folders of files of events, all different. */
async function fill(target: RunningDosimeter, bucket: string, folders: number, files: number, events: number) {
  for (let day = 1; day <= folders; day++)
    for (let first = 0; first < files; first += 20)
      await Promise.all(
        Array.from({ length: Math.min(20, files - first) }, (_, index) => {
          const records = Array.from({ length: events }, (_, number) =>
            logEvent(`${day}-${first + index}-${number}`, `2026-08-0${day}T12:00:00Z`),
          );
          return putLog(target, bucket, logKey(fileName(`2026080${day}T1205Z`, first + index)), logFile(...records));
        }),
      );
}

describe.skipIf(!attackIsHere)("the real logs of an attack (shared/data/cloudtrail-invictus)", () => {
  it("are imported whole and once, however often and from wherever they come", async () => {
    const source = await makeLogBucket(service, "attack");
    const store = await makeStore(service, "attack");
    for (const { name, bytes } of attackFiles()) await putLog(service, "attack", logKey(name), bytes);
    const records = attackFiles().flatMap(({ bytes }) => JSON.parse(gunzipSync(bytes).toString()).Records);

    const whole = {
      ImportStatus: "COMPLETED",
      ImportStatistics: {
        PrefixesFound: 1,
        PrefixesCompleted: 1,
        FilesCompleted: 28,
        EventsCompleted: records.length,
        FailedEntries: 0,
      },
    };
    expect(await importLogs(service, { Destinations: [store], ImportSource: source() })).toMatchObject(whole);
    expect(await countOf(service, store)).toEqual({ events: records.length, different: records.length });

    // The same files by another way, copied to another place, and another time as they are.
    for (const { name, bytes } of attackFiles()) await putLog(service, "attack", `copies/${name}`, bytes);
    for (const prefix of ["copies/", "AWSLogs/218007301253/CloudTrail/us-east-1/2023", ""])
      expect(await importLogs(service, { Destinations: [store], ImportSource: source(prefix) })).toMatchObject(whole);
    expect(await countOf(service, store)).toEqual({ events: records.length, different: records.length });

    const rows = await ask(service, store, "SELECT eventid, eventjson FROM $store ORDER BY eventid LIMIT 3");
    const [first] = records.sort((one, other) => (one.eventID < other.eventID ? -1 : 1));
    expect(JSON.parse(rows[0]?.["eventjson"] ?? "")).toEqual(first);
  });
});

describe("an import", () => {
  it("is the only one of its account: AccountHasOngoingImportException (fact 99); it can be stopped and goes on", async () => {
    const source = await makeLogBucket(service, "many");
    const store = await makeStore(service, "many");
    await fill(service, "many", 3, 100, 2);
    const input = { Destinations: [store], ImportSource: source() };
    const started = await lake.send(new StartImportCommand(input));
    expect(started).toMatchObject({ ...input, ImportStatus: "INITIALIZING", CreatedTimestamp: expect.any(Date) });
    const ImportId = started.ImportId as string;
    expect(await refusal(input)).toBe("AccountHasOngoingImportException");
    expect(await refusal({ ImportId })).toBe("AccountHasOngoingImportException");

    expect(await lake.send(new StopImportCommand({ ImportId }))).toMatchObject({ ImportId, ImportStatus: "STOPPED" });
    await expect(lake.send(new StopImportCommand({ ImportId }))).rejects.toThrow(/not running/);
    expect(await lake.send(new StartImportCommand({ ImportId }))).toMatchObject({ ...input, ImportId });
    expect(await endOfImport(service, ImportId)).toMatchObject({
      ImportStatus: "COMPLETED",
      ImportStatistics: { PrefixesFound: 3, PrefixesCompleted: 3, FilesCompleted: 300, EventsCompleted: 600 },
    });
    expect(await countOf(service, store)).toEqual({ events: 600, different: 600 });
    expect(await refusal({ ImportId })).toBe("InvalidParameterException");
  });

  it("lists what failed, and tries that again when it is started with its id alone", async () => {
    const source = await makeLogBucket(service, "broken");
    const store = await makeStore(service, "broken");
    const key = (number: number) => logKey(fileName("20260801T1205Z", number));
    const event = (number: number) => logEvent(`broken-${number}`, "2026-08-01T12:00:00Z");
    await putLog(service, "broken", key(0), logFile(event(0)));
    await putLog(service, "broken", key(1), logFile(event(1)).subarray(0, 50));
    await putLog(service, "broken", key(2), logFile(event(0), { eventID: "no event" }));
    await putLog(service, "broken", key(3), gzipSync(Buffer.alloc(80 * 1024 * 1024, " ")));
    await putLog(service, "broken", key(4), gzipSync('{"awsAccountId":"111122223333"}'));
    await putLog(service, "broken", key(5), logFile(event(5)));
    await letRead(
      service,
      "broken",
      [0, 1, 2, 3, 4].map((number) => `arn:aws:s3:::broken/${key(number)}`),
    );

    const failed = await importLogs(service, { Destinations: [store], ImportSource: source() });
    expect(failed).toMatchObject({
      ImportStatus: "FAILED",
      ImportStatistics: { PrefixesCompleted: 1, FilesCompleted: 1, EventsCompleted: 1, FailedEntries: 5 },
    });
    const ImportId = failed.ImportId as string;
    const first = await lake.send(new ListImportFailuresCommand({ ImportId, MaxResults: 2 }));
    const { NextToken } = first;
    const rest = await lake.send(new ListImportFailuresCommand({ ImportId, ...(NextToken && { NextToken }) }));
    const failures = [...(first.Failures ?? []), ...(rest.Failures ?? [])];
    expect(failures.map(({ Location, Status, ErrorType }) => [Location, Status, ErrorType])).toEqual(
      ["InvalidLogFile", "InvalidLogFile", "LogFileTooLarge", "InvalidLogFile", "AccessDenied"].map((type, index) => [
        `s3://broken/${key(index + 1)}`,
        "FAILED",
        type,
      ]),
    );
    expect(failures.every(({ ErrorMessage, LastUpdatedTime }) => ErrorMessage && LastUpdatedTime)).toBe(true);
    // Of a file that is refused nothing is kept, not even what stands before the break.
    expect(await countOf(service, store)).toEqual({ events: 1, different: 1 });

    for (const number of [1, 2, 3, 4]) await putLog(service, "broken", key(number), logFile(event(number), event(0)));
    await letRead(service, "broken", ["arn:aws:s3:::broken/*"]);
    await lake.send(new StartImportCommand({ ImportId }));
    expect(await endOfImport(service, ImportId)).toMatchObject({
      ImportStatus: "COMPLETED",
      ImportStatistics: { FilesCompleted: 6, FailedEntries: 0 },
    });
    const { Failures = [] } = await lake.send(new ListImportFailuresCommand({ ImportId }));
    expect(Failures.map(({ Status }) => Status)).toEqual(Array(5).fill("SUCCEEDED"));
    expect(await countOf(service, store)).toEqual({ events: 6, different: 6 });
  });

  it("takes the events of a range: by the names of folders and files first, then by their own times", async () => {
    const source = await makeLogBucket(service, "times");
    const store = await makeStore(service, "times");
    const put = (time: string, ...events: [string, string][]) =>
      putLog(
        service,
        "times",
        logKey(fileName(time)),
        logFile(...events.map(([id, eventTime]) => logEvent(id, eventTime))),
      );
    await put("20260801T2350Z", ["before", "2026-08-01T23:45:00Z"]);
    await put("20260802T0005Z", ["early", "2026-08-01T23:59:59Z"], ["first", "2026-08-02T00:00:00Z"]);
    await put("20260803T0005Z", ["last", "2026-08-03T00:00:00Z"], ["late", "2026-08-03T00:00:01Z"]);
    await put("20260804T0005Z", ["after", "2026-08-03T23:59:00Z"]);
    const done = await importLogs(service, {
      Destinations: [store],
      ImportSource: source(),
      StartEventTime: new Date("2026-08-02T00:00:00Z"),
      EndEventTime: new Date("2026-08-03T00:00:00Z"),
    });
    // Nobody opened the files of the first and the last day.
    expect(done.ImportStatistics).toMatchObject({ PrefixesFound: 2, FilesCompleted: 2, EventsCompleted: 2 });
    const rows = await ask(service, store, "SELECT eventid FROM $store ORDER BY eventtime");
    expect(rows.map((row) => row["eventid"])).toEqual(["first", "last"]);
  });

  it("leaves out what is older than the store's retention", async () => {
    const source = await makeLogBucket(service, "old");
    const store = await makeStore(service, "old", { RetentionPeriod: 30 });
    const recent = `${new Date(Date.now() - 86_400_000).toISOString().slice(0, 19)}Z`;
    await putLog(
      service,
      "old",
      logKey(fileName("20200101T1205Z")),
      logFile(logEvent("old", "2020-01-01T12:00:00Z"), logEvent("recent", recent)),
    );
    const done = await importLogs(service, { Destinations: [store], ImportSource: source() });
    expect(done).toMatchObject({ ImportStatus: "COMPLETED", ImportStatistics: { EventsCompleted: 1 } });
    expect(await countOf(service, store)).toEqual({ events: 1, different: 1 });
  });

  it("looks into CloudTrail's own folders, and into others if they are named", async () => {
    const source = await makeLogBucket(service, "paths");
    const place = async (key: string) => putLog(service, "paths", key, logFile(logEvent(key, "2026-08-01T12:00:00Z")));
    const inLogs = `${root}/CloudTrail/eu-west-1/2026/08/01/a.json.gz`;
    const named = ["elsewhere/a b+%/ü.json.gz", "elsewhere/deep/er/c.json.gz"];
    const never = [
      `${root}/CloudTrail-Digest/eu-west-1/2026/08/01/d.json.gz`,
      `${root}/elasticloadbalancing/eu-west-1/2026/08/01/e.json.gz`,
      `${root}/f.json.gz`,
      "g.json.gz",
      `${root}/CloudTrail/eu-west-1/2026/08/01/h.json`,
    ];
    for (const key of [inLogs, ...named, ...never]) await place(key);
    const store = await makeStore(service, "paths");
    const afterImportOf = async (prefix: string) => {
      await importLogs(service, { Destinations: [store], ImportSource: source(prefix) });
      const rows = await ask(service, store, "SELECT eventid FROM $store");
      return rows.map((row) => row["eventid"]).sort();
    };
    expect(await afterImportOf("")).toEqual([inLogs]);
    expect(await afterImportOf("elsewhere")).toEqual([inLogs, ...named]);
    const digests = never[0] as string;
    expect(await afterImportOf(`${root}/CloudTrail-Digest/`)).toEqual([digests, inLogs, ...named]);
  });

  it("is refused where its source or its store will not do", async () => {
    const source = await makeLogBucket(service, "source");
    const store = await makeStore(service, "source");
    const audit = await makeStore(service, "audit", {
      MultiRegionEnabled: false,
      StartIngestion: undefined,
      AdvancedEventSelectors: [{ FieldSelectors: [{ Field: "eventCategory", Equals: ["ActivityAuditLog"] }] }],
    });
    const { S3: s3 } = source();
    const from = (more: object) => refusal({ Destinations: [store], ImportSource: { S3: { ...s3!, ...more } } });
    const invalid = "InvalidImportSourceException";
    expect(await from({ S3LocationUri: "https://source.s3.amazonaws.com/" })).toBe(invalid);
    expect(await from({ S3LocationUri: "s3://no-such-bucket/" })).toBe(invalid);
    expect(await from({ S3LocationUri: "s3://times/" })).toBe(invalid);
    expect(await from({ S3BucketRegion: "nowhere" })).toBe(invalid);
    expect(await from({ S3BucketAccessRoleArn: "arn:aws:iam::000000000000:role/no-such-role" })).toBe(invalid);
    expect(await from({ S3BucketAccessRoleArn: "role" })).toBe(invalid);
    expect(await refusal({ Destinations: [store] })).toBe("InvalidParameterException");
    expect(await refusal({ ImportSource: source() })).toBe("InvalidParameterException");
    expect(await refusal({ Destinations: [audit], ImportSource: source() })).toBe(
      "InvalidEventDataStoreCategoryException",
    );
    const unknown = "11111111-2222-3333-4444-555555555555";
    expect(await refusal({ ImportId: unknown })).toBe("ImportNotFoundException");
    await expect(lake.send(new GetImportCommand({ ImportId: unknown }))).rejects.toThrow(/not found/);
    await expect(lake.send(new ListImportFailuresCommand({ ImportId: unknown }))).rejects.toMatchObject({
      name: "InvalidParameterException",
    });
    const sameTime = { StartEventTime: new Date(0), EndEventTime: new Date(0) };
    expect(await refusal({ Destinations: [store], ImportSource: source(), ...sameTime })).toBe(
      "InvalidParameterException",
    );
  });

  it("is not to be had for who may start it but not pass the role", async () => {
    const source = await makeLogBucket(service, "passed");
    const store = await makeStore(service, "passed");
    const iam = service.client(IAMClient);
    await iam.send(new CreateUserCommand({ UserName: "importer" }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: "importer" }));
    const may = (Action: string[]) =>
      iam.send(
        new PutUserPolicyCommand({
          UserName: "importer",
          PolicyName: "import",
          PolicyDocument: JSON.stringify({
            Version: "2012-10-17",
            Statement: [{ Effect: "Allow", Action, Resource: "*" }],
          }),
        }),
      );
    const client = service.client(CloudTrailClient, {
      accessKeyId: AccessKey!.AccessKeyId as string,
      secretAccessKey: AccessKey!.SecretAccessKey as string,
    });
    const input = { Destinations: [store], ImportSource: source() };
    expect(await refusal(input, client)).toBe("AccessDeniedException");
    await may(["cloudtrail:StartImport"]);
    expect(await refusal(input, client)).toBe("AccessDeniedException");
    await may(["cloudtrail:StartImport", "iam:PassRole"]);
    expect(await refusal(input, client)).toBe("nothing");
    await eventually(async () => {
      const { Imports = [] } = await lake.send(new ListImportsCommand({ Destination: store }));
      return Imports[0]?.ImportStatus === "COMPLETED";
    }, "the end of an import of nothing");
  });

  it("is listed by its store and its status, and its start is in event history", async () => {
    const all = await lake.send(new ListImportsCommand({}));
    const completed = await lake.send(new ListImportsCommand({ ImportStatus: "COMPLETED", MaxResults: 1 }));
    expect(completed.Imports).toHaveLength(1);
    const more = { ImportStatus: "COMPLETED" as const, NextToken: completed.NextToken as string };
    const rest = await lake.send(new ListImportsCommand(more));
    const ofAll = all.Imports?.filter(({ ImportStatus }) => ImportStatus === "COMPLETED");
    expect([...(completed.Imports ?? []), ...(rest.Imports ?? [])]).toEqual(ofAll);
    expect(ofAll?.length).toBeGreaterThan(1);
    await expect(lake.send(new ListImportsCommand({ ...more, ImportStatus: "FAILED" }))).rejects.toMatchObject({
      name: "InvalidNextTokenException",
    });
    const { Events = [] } = await lake.send(
      new LookupEventsCommand({ LookupAttributes: [{ AttributeKey: "EventName", AttributeValue: "StartImport" }] }),
    );
    expect(Events.length).toBeGreaterThan(0);
  });
});

describe.skipIf(!attackIsHere || !cli)("the guide to imports", () => {
  it("ends with the real logs of an account in a store of its own", async () => {
    const other = await startDosimeter();
    const folder = await mkdtemp(join(tmpdir(), "dosimeter-logs-"));
    try {
      for (const { name, bytes } of attackFiles()) {
        const file = join(folder, logKey(name));
        await mkdir(dirname(file), { recursive: true });
        await writeFile(file, bytes);
      }
      // The last command is for an import of which something failed.
      const commands = (await commandsOf("imports.md")).replace(/^aws cloudtrail list-import-failures[\s\S]*/m, "");
      await run("bash", ["-e", "-c", commands], { env: other.cliEnvironment(), cwd: folder });
      const { Imports = [] } = await other.client(CloudTrailClient).send(new ListImportsCommand({}));
      expect(await endOfImport(other, Imports[0]?.ImportId as string)).toMatchObject({
        ImportStatus: "COMPLETED",
        ImportStatistics: { EventsCompleted: 1233 },
      });
      const store = Imports[0]?.Destinations?.[0] as string;
      expect(await countOf(other, store)).toEqual({ events: 1233, different: 1233 });
    } finally {
      await other.stop();
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe("an import whose process is killed", () => {
  it("is continued by the next process, and no event is there twice or not at all", async () => {
    const dataFolder = await mkdtemp(join(tmpdir(), "dosimeter-import-"));
    let killed = await startDosimeter({ dataFolder });
    try {
      const source = await makeLogBucket(killed, "killed");
      const store = await makeStore(killed, "killed");
      await fill(killed, "killed", 6, 40, 20);
      const { ImportId = "" } = await killed
        .client(CloudTrailClient)
        .send(new StartImportCommand({ Destinations: [store], ImportSource: source() }));
      // Each time it is killed somewhere in a later step.
      for (const files of [1, 80, 160]) {
        await eventually(
          async () => {
            const { ImportStatistics } = await killed.client(CloudTrailClient).send(new GetImportCommand({ ImportId }));
            return (ImportStatistics?.FilesCompleted ?? 0) >= files;
          },
          `${files} files`,
          120_000,
        );
        await killed.stop("SIGKILL");
        killed = await startDosimeter({ dataFolder });
      }
      expect(await endOfImport(killed, ImportId)).toMatchObject({
        ImportStatus: "COMPLETED",
        ImportStatistics: { PrefixesCompleted: 6, FilesCompleted: 240, EventsCompleted: 4800, FailedEntries: 0 },
      });
      expect(await countOf(killed, store)).toEqual({ events: 4800, different: 4800 });
    } finally {
      await killed.stop();
      await rm(dataFolder, { recursive: true, force: true });
    }
  }, 300_000);
});
